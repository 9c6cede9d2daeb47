package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// decode holds arguments against the schema and reads them into a struct. The
// struct is read from the bytes as they came, so large integers stay exact.
func (s schemas) decode(arguments json.RawMessage, into any) error {
	arguments = bytes.TrimSpace(arguments)
	if len(arguments) == 0 || bytes.Equal(arguments, []byte("null")) {
		arguments = []byte("{}")
	}
	if err := s.validate(arguments); err != nil {
		return err
	}
	err := jsonv2.Unmarshal(arguments, into)
	var typed *jsonv2.SemanticError
	if errors.As(err, &typed) {
		return BadArgument(strings.Join(slices.Collect(typed.JSONPointer.Tokens()), "."),
			"must be a whole number, without a decimal point or exponent, and not too large")
	}
	if err != nil {
		return BadArgument("arguments", "cannot be read: %v", err)
	}
	return nil
}

// validate says what the schema has against the arguments.
func (s schemas) validate(arguments json.RawMessage) error {
	value, err := validator.UnmarshalJSON(bytes.NewReader(arguments))
	if err != nil {
		return BadArgument("arguments", "must be one JSON object: %v", err)
	}
	if object, ok := value.(map[string]any); ok {
		for name, value := range object {
			if value == nil && s.own[name] {
				delete(object, name) // for a tool's own argument, null is absent
			}
		}
	}
	if err := s.full.Validate(value); err != nil {
		var invalid *validator.ValidationError
		if !errors.As(err, &invalid) {
			return fmt.Errorf("check the arguments: %w", err)
		}
		return &ArgumentError{Problems: s.explain(invalid)}
	}
	return nil
}
