package sandbox

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A reader checks one JSON value and gives it its type. What is wrong it adds to
// the findings, in the words of pydantic, which FastAPI uses; then its result
// does not matter.
//
// Unknown: whether LangSmith also takes values of a neighbouring type, "5" for 5;
// the sandbox does not.
type reader[T any] func(f *findings, loc []any, value any) T

// nullable lets a null stand for the zero value: a nil list, map or pointer.
func nullable[T any](as reader[T]) reader[T] {
	return func(f *findings, loc []any, value any) T {
		if value == nil {
			var zero T
			return zero
		}
		return as(f, loc, value)
	}
}

// pointer tells null from value.
func pointer[T any](as reader[T]) reader[*T] {
	return nullable(func(f *findings, loc []any, value any) *T {
		v := as(f, loc, value)
		return &v
	})
}

func asString(f *findings, loc []any, value any) string {
	s, ok := value.(string)
	if !ok {
		f.add(loc, "string_type", "Input should be a valid string")
	}
	return s
}

func asStringUpTo(limit int) reader[string] {
	return func(f *findings, loc []any, value any) string {
		s := asString(f, loc, value)
		if len([]rune(s)) > limit {
			f.add(loc, "string_too_long", "String should have at most %d characters", limit)
		}
		return s
	}
}

func asOneOf(allowed ...string) reader[string] {
	return func(f *findings, loc []any, value any) string {
		s, _ := value.(string)
		if !slices.Contains(allowed, s) {
			f.add(loc, "enum", "Input should be %s", alternatives(allowed))
		}
		return s
	}
}

// alternatives lists as pydantic does: 'a', 'b' or 'c'.
func alternatives(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "'" + name + "'"
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

func asUUID(f *findings, loc []any, value any) uuid.UUID {
	s, ok := value.(string)
	if !ok {
		f.add(loc, "uuid_type", "UUID input should be a string, bytes or UUID object")
		return uuid.Nil
	}
	id, err := uuid.Parse(s)
	if err != nil {
		f.add(loc, "uuid_parsing", "Input should be a valid UUID")
	}
	return id
}

func asBool(f *findings, loc []any, value any) bool {
	b, ok := value.(bool)
	if !ok {
		f.add(loc, "bool_type", "Input should be a valid boolean")
	}
	return b
}

func asInt(f *findings, loc []any, value any) int {
	n, ok := value.(json.Number)
	if !ok {
		f.add(loc, "int_type", "Input should be a valid integer")
		return 0
	}
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return int(i)
	}
	// 5.0 and 5e0 are integers too; what fits no int64 is not one we can use.
	exact, ok := new(big.Rat).SetString(shortNumber(n))
	if !ok || !exact.IsInt() || !exact.Num().IsInt64() {
		f.add(loc, "int_from_float", "Input should be a valid integer, got a number with a fractional part")
		return 0
	}
	return int(exact.Num().Int64())
}

// shortNumber keeps a number with a monstrous exponent from becoming a monstrous
// big.Rat.
func shortNumber(n json.Number) string {
	if v, err := n.Float64(); err != nil || v > 1e18 || v < -1e18 || len(n) > 40 {
		return ""
	} else if v != 0 && v < 1e-18 && v > -1e-18 {
		return "0.5" // anything that is no integer
	}
	return n.String()
}

func asNumber(f *findings, loc []any, value any) float64 {
	n, ok := value.(json.Number)
	if !ok {
		f.add(loc, "float_type", "Input should be a valid number")
		return 0
	}
	v, err := n.Float64()
	if err != nil {
		f.add(loc, "finite_number", "Input should be a finite number")
	}
	return v
}

// asTime reads a date-time as the API's schema defines it, which is with a zone.
//
// Unknown: whether LangSmith refuses a time without one.
func asTime(f *findings, loc []any, value any) time.Time {
	return readTime(f, loc, value, time.RFC3339Nano)
}

// asLooseTime reads the times of runs, for which the schema demands no format.
// Without a zone they count as UTC.
func asLooseTime(f *findings, loc []any, value any) time.Time {
	return readTime(f, loc, value, time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02")
}

func readTime(f *findings, loc []any, value any, layouts ...string) time.Time {
	s, ok := value.(string)
	if !ok {
		f.add(loc, "datetime_type", "Input should be a valid datetime")
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	f.add(loc, "datetime_parsing", "Input should be a valid datetime")
	return time.Time{}
}

// asTimeText checks a time and keeps it as it was written.
func asTimeText(f *findings, loc []any, value any) string {
	asTime(f, loc, value)
	s, _ := value.(string)
	return s
}

func asList[T any](as reader[T]) reader[[]T] {
	return func(f *findings, loc []any, value any) []T {
		list, ok := value.([]any)
		if !ok {
			f.add(loc, "list_type", "Input should be a valid list")
			return nil
		}
		read := make([]T, len(list))
		for i, entry := range list {
			read[i] = as(f, at(loc, i), entry)
		}
		return read
	}
}

func asMap[T any](as reader[T]) reader[map[string]T] {
	return func(f *findings, loc []any, value any) map[string]T {
		fields, ok := value.(map[string]any)
		if !ok {
			f.add(loc, "dict_type", "Input should be a valid dictionary")
			return nil
		}
		read := make(map[string]T, len(fields))
		for name, entry := range fields {
			read[name] = as(f, at(loc, name), entry)
		}
		return read
	}
}

func asAnything(_ *findings, _ []any, value any) any { return value }

// at is a place below another; it never shares memory with its siblings.
func at(loc []any, step any) []any {
	return append(slices.Clone(loc), step)
}
