package filter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// jsonText returns a JSON value as text: a string unquoted, anything else as JSON.
func jsonText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// readLiteral reads an argument as a value of a kind.
func readLiteral(a *argument, k kind) (value, error) {
	switch {
	case a.Word != nil:
		switch *a.Word {
		case "null", "None":
			return value{null: true}, nil
		case "true", "True", "false", "False":
			yes := *a.Word == "true" || *a.Word == "True"
			switch k {
			case truth:
				return value{yes: yes}, nil
			case text:
				return value{text: strconv.FormatBool(yes)}, nil
			}
		}
		return value{}, fmt.Errorf("%s is not a value here", *a.Word)
	case a.String != nil:
		return parseText(unquote(*a.String), k)
	case a.Number != nil:
		return parseNumber(*a.Number, k)
	}
	return value{}, fmt.Errorf("a value is needed, not an expression")
}

func parseText(s string, k kind) (value, error) {
	switch k {
	case text:
		return value{text: s}, nil
	case moment:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
			if t, err := time.Parse(layout, s); err == nil {
				return value{time: t}, nil
			}
		}
		return value{}, fmt.Errorf("%q is not a time", s)
	case truth:
		yes, err := strconv.ParseBool(s)
		if err != nil {
			return value{}, fmt.Errorf("%q is neither true nor false", s)
		}
		return value{yes: yes}, nil
	case seconds:
		if d, err := time.ParseDuration(s); err == nil {
			return newNumber(d.Seconds()), nil
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return value{}, fmt.Errorf("%q is not a number", s)
	}
	return newNumber(n), nil
}

func parseNumber(s string, k kind) (value, error) {
	switch k {
	case text:
		return value{text: s}, nil
	case number, seconds:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return value{}, fmt.Errorf("%s is not a number", s)
		}
		return newNumber(n), nil
	}
	return value{}, fmt.Errorf("%s does not fit this field", s)
}

// compareValues compares two values of a kind. A missing value matches only
// eq(field, null), and neq with anything else.
func compareValues(op string, k kind, have, want value) bool {
	if have.null || want.null {
		same := have.null && want.null
		return op == "eq" && same || op == "neq" && !same
	}
	var c int
	switch k {
	case text:
		c = compareText(have.text, want.text)
	case moment:
		c = have.time.Compare(want.time)
	case truth:
		if have.yes != want.yes {
			c = 1
		}
	default:
		c = cmp.Compare(have.num, want.num)
	}
	switch op {
	case "eq":
		return c == 0
	case "neq":
		return c != 0
	case "gt":
		return c > 0
	case "gte":
		return c >= 0
	case "lt":
		return c < 0
	default: // lte
		return c <= 0
	}
}

// compareText compares two texts, as numbers if both are numbers.
func compareText(a, b string) int {
	if a == b {
		return 0
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}
