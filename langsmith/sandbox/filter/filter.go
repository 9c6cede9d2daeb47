// Package filter parses LangSmith's filter language and applies it to runs:
//
//	and(eq(status, "error"), gt(latency, 2), has(tags, "beta"))
//
// It supports the functions and fields that LangSmith documents in its trace query
// syntax. Anything else is an error; LangSmith's response to it is unknown.
package filter

import (
	"errors"
	"fmt"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// The bounds of an expression, against hostile ones.
const (
	MaxLength = 10_000 // bytes
	maxDepth  = 32     // nested parentheses and brackets
)

// Filter is a parsed expression.
type Filter struct {
	root condition
}

// Match reports whether a run matches the expression.
func (f *Filter) Match(r *trace.Run) bool { return f.root.holds(r) }

// Parse reads an expression.
func Parse(text string) (*Filter, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("longer than %d bytes", MaxLength)
	}
	if err := checkDepth(text); err != nil {
		return nil, err
	}
	tree, err := grammar().ParseString("", text)
	if err != nil {
		return nil, syntaxError(err)
	}
	root, err := compile(tree)
	if err != nil {
		return nil, err
	}
	return &Filter{root: root}, nil
}

// checkDepth bounds the nesting before the recursive parser runs.
func checkDepth(text string) error {
	depth := 0
	var quote rune
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(' || r == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("nested deeper than %d levels", maxDepth)
			}
		case r == ')' || r == ']':
			depth--
		}
	}
	if quote != 0 {
		return errors.New("a string is not closed")
	}
	return nil
}
