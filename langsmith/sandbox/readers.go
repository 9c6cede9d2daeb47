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

// A reader checks one JSON value and converts it. It adds errors to f in the words of
// pydantic, which FastAPI uses; its result then does not matter.
//
// Unknown: whether LangSmith also accepts "5" for 5; the sandbox does not.
type reader[T any] func(f *validationErrors, loc []any, value any) T

// nullable reads null as the zero value.
func nullable[T any](as reader[T]) reader[T] {
	return func(f *validationErrors, loc []any, value any) T {
		if value == nil {
			var zero T
			return zero
		}
		return as(f, loc, value)
	}
}

// pointer reads null as nil.
func pointer[T any](as reader[T]) reader[*T] {
	return nullable(func(f *validationErrors, loc []any, value any) *T {
		v := as(f, loc, value)
		return &v
	})
}

func asString(f *validationErrors, loc []any, value any) string {
	s, ok := value.(string)
	if !ok {
		f.add(loc, "string_type", "Input should be a valid string")
	}
	return s
}

func asStringUpTo(limit int) reader[string] {
	return func(f *validationErrors, loc []any, value any) string {
		s := asString(f, loc, value)
		if len([]rune(s)) > limit {
			f.add(loc, "string_too_long", "String should have at most %d characters", limit)
		}
		return s
	}
}

func asOneOf(allowed ...string) reader[string] {
	return func(f *validationErrors, loc []any, value any) string {
		s, _ := value.(string)
		if !slices.Contains(allowed, s) {
			f.add(loc, "enum", "Input should be %s", alternatives(allowed))
		}
		return s
	}
}

// alternatives lists names as pydantic does: 'a', 'b' or 'c'.
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

func asUUID(f *validationErrors, loc []any, value any) uuid.UUID {
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

func asBool(f *validationErrors, loc []any, value any) bool {
	b, ok := value.(bool)
	if !ok {
		f.add(loc, "bool_type", "Input should be a valid boolean")
	}
	return b
}

func asInt(f *validationErrors, loc []any, value any) int {
	n, ok := value.(json.Number)
	if !ok {
		f.add(loc, "int_type", "Input should be a valid integer")
		return 0
	}
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return int(i)
	}
	// 5.0 and 5e0 are integers too.
	exact, ok := new(big.Rat).SetString(shortNumber(n))
	if !ok || !exact.IsInt() || !exact.Num().IsInt64() {
		f.add(loc, "int_from_float", "Input should be a valid integer, got a number with a fractional part")
		return 0
	}
	return int(exact.Num().Int64())
}

// shortNumber bounds the exponent of a number, and so the size of its big.Rat.
func shortNumber(n json.Number) string {
	if v, err := n.Float64(); err != nil || v > 1e18 || v < -1e18 || len(n) > 40 {
		return ""
	} else if v != 0 && v < 1e-18 && v > -1e-18 {
		return "0.5" // any number that is not an integer
	}
	return n.String()
}

func asNumber(f *validationErrors, loc []any, value any) float64 {
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

// asTime reads a date-time with a zone, as the API's schema defines it.
//
// Unknown: whether LangSmith refuses a time without one.
func asTime(f *validationErrors, loc []any, value any) time.Time {
	return readTime(f, loc, value, time.RFC3339Nano)
}

// asLooseTime reads the time of a run, for which the schema has no format. A time
// without a zone is UTC.
func asLooseTime(f *validationErrors, loc []any, value any) time.Time {
	return readTime(f, loc, value, time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02")
}

func readTime(f *validationErrors, loc []any, value any, layouts ...string) time.Time {
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

// asTimeText checks a time and returns it as it was written.
func asTimeText(f *validationErrors, loc []any, value any) string {
	asTime(f, loc, value)
	s, _ := value.(string)
	return s
}

func asList[T any](as reader[T]) reader[[]T] {
	return func(f *validationErrors, loc []any, value any) []T {
		list, ok := value.([]any)
		if !ok {
			f.add(loc, "list_type", "Input should be a valid list")
			return nil
		}
		read := make([]T, len(list))
		for i, entry := range list {
			read[i] = as(f, joinLoc(loc, i), entry)
		}
		return read
	}
}

func asMap[T any](as reader[T]) reader[map[string]T] {
	return func(f *validationErrors, loc []any, value any) map[string]T {
		fields, ok := value.(map[string]any)
		if !ok {
			f.add(loc, "dict_type", "Input should be a valid dictionary")
			return nil
		}
		read := make(map[string]T, len(fields))
		for name, entry := range fields {
			read[name] = as(f, joinLoc(loc, name), entry)
		}
		return read
	}
}

func asAnything(_ *validationErrors, _ []any, value any) any { return value }

// joinLoc returns the location of a member or an item, in new memory.
func joinLoc(loc []any, step any) []any {
	return append(slices.Clone(loc), step)
}

// object is a JSON object in a request, and its location.
type object struct {
	loc    []any
	fields map[string]any
}

// has reports whether a field is present and not null.
func (o object) has(name string) bool { return o.fields[name] != nil }

// readField reads a field into its target if it is present, and reports whether it is.
func readField[T any](f *validationErrors, o object, name string, target *T, as reader[T]) bool {
	value, given := o.fields[name]
	if given {
		*target = as(f, joinLoc(o.loc, name), value)
	}
	return given
}

// readRequired reads a required field.
func readRequired[T any](f *validationErrors, o object, name string, target *T, as reader[T]) {
	if !readField(f, o, name, target, as) {
		f.add(joinLoc(o.loc, name), "missing", "Field required")
	}
}

// readObject reads a nested object.
func (o object) readObject(f *validationErrors, name string) (object, bool) {
	value, given := o.fields[name]
	if !given {
		return object{}, false
	}
	return asObject(f, joinLoc(o.loc, name), value), true
}

func asObject(f *validationErrors, loc []any, value any) object {
	fields, ok := value.(map[string]any)
	if !ok {
		f.add(loc, "model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
	}
	return object{loc: loc, fields: fields}
}
