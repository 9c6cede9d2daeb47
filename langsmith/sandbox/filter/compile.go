package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// compile turns a syntax tree into a condition.
func compile(c *call) (condition, error) {
	switch c.Name {
	case "and", "or":
		parts, err := compileAll(c)
		if err != nil {
			return nil, err
		}
		if c.Name == "or" {
			return anyOf(parts), nil
		}
		return allOf(joinPairs(parts)), nil
	case "not":
		parts, err := compileAll(c)
		if err != nil {
			return nil, err
		}
		if len(parts) != 1 {
			return nil, fmt.Errorf("not takes one expression, not %d", len(parts))
		}
		return not{parts[0]}, nil
	case "eq", "neq", "gt", "gte", "lt", "lte", "in":
		return compileComparison(c)
	case "has":
		return compileHas(c)
	case "search":
		return compileSearch(c)
	}
	return nil, fmt.Errorf("unknown function %s", c.Name)
}

func compileAll(c *call) ([]condition, error) {
	if len(c.Args) == 0 {
		return nil, fmt.Errorf("%s needs an expression", c.Name)
	}
	parts := make([]condition, len(c.Args))
	for i, a := range c.Args {
		if a.Call == nil {
			return nil, fmt.Errorf("%s takes expressions, not values", c.Name)
		}
		part, err := compile(a.Call)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return parts, nil
}

// joinPairs merges the key and value comparisons of one and(...), which apply to the same
// pair.
func joinPairs(parts []condition) []condition {
	var joined []condition
	index := make(map[string]int)
	for _, part := range parts {
		p, isPair := part.(singlePair)
		if !isPair {
			joined = append(joined, part)
			continue
		}
		if at, have := index[p.group]; have {
			first := joined[at].(singlePair)
			joined[at] = singlePair{p.group, slices.Concat(first.tests, p.tests)}
			continue
		}
		index[p.group] = len(joined)
		joined = append(joined, p)
	}
	return joined
}

func compileComparison(c *call) (condition, error) {
	if len(c.Args) != 2 || c.Args[0].Word == nil {
		return nil, fmt.Errorf("%s takes a field and a value", c.Name)
	}
	name := *c.Args[0].Word
	plain, isPlain := fields[name]
	many, isPair := pairFields[name]
	if !isPlain && !isPair {
		return nil, unknownField(name)
	}
	k := plain.kind
	if isPair {
		k = many.kind
	}
	op, want, err := operands(c, k)
	if err != nil {
		return nil, fmt.Errorf("%s(%s): %w", c.Name, name, err)
	}
	if isPair {
		return singlePair{many.group, []pairTest{{many, op, want}}}, nil
	}
	return comparison{plain, op, want}, nil
}

// operands reads the values that a field is compared with. in(...) is eq with any of a
// list.
func operands(c *call, k kind) (op string, want []value, err error) {
	arg := c.Args[1]
	if c.Name != "in" {
		v, err := readLiteral(arg, k)
		if err != nil {
			return "", nil, err
		}
		if v.null && c.Name != "eq" && c.Name != "neq" {
			return "", nil, errors.New("null has no order")
		}
		if k == truth && c.Name != "eq" && c.Name != "neq" {
			return "", nil, errors.New("true and false have no order")
		}
		return c.Name, []value{v}, nil
	}
	if arg.List == nil {
		return "", nil, errors.New("a list such as [\"a\", \"b\"] is needed")
	}
	for _, entry := range arg.List.Entries {
		v, err := readLiteral(entry, k)
		if err != nil {
			return "", nil, err
		}
		want = append(want, v)
	}
	return "eq", want, nil
}

func compileHas(c *call) (condition, error) {
	if len(c.Args) != 2 || c.Args[0].Word == nil || c.Args[1].String == nil {
		return nil, errors.New("has takes tags or metadata and a string")
	}
	sought := unquote(*c.Args[1].String)
	switch *c.Args[0].Word {
	case "tags":
		return hasTag(sought), nil
	case "metadata":
		var object map[string]any
		if err := json.Unmarshal([]byte(sought), &object); err != nil {
			return nil, errors.New("has(metadata) takes a JSON object in a string")
		}
		return hasMetadata(object), nil
	}
	return nil, fmt.Errorf("has looks into tags or metadata, not %s", *c.Args[0].Word)
}

func compileSearch(c *call) (condition, error) {
	if len(c.Args) != 1 || c.Args[0].String == nil {
		return nil, errors.New("search takes one string")
	}
	return search(strings.Fields(strings.ToLower(unquote(*c.Args[0].String)))), nil
}

func unknownField(name string) error {
	known := slices.Sorted(maps.Keys(fields))
	known = append(known, slices.Sorted(maps.Keys(pairFields))...)
	return fmt.Errorf("unknown field %s; known are %s, and tags and metadata in has", name, strings.Join(known, ", "))
}
