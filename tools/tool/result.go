package tool

import (
	"encoding/json"
	"fmt"
)

// Uncut is no bound of its own: what is shown has been cut before.
const Uncut = LargestBudget

// Result is what a tool's function returns. Its JSON is the structured content;
// its Text is the same for a model or a person to read. Each stands alone.
type Result interface {
	Text() string
}

// The budgets of a result in bytes, for its text and for its structured
// content each.
const (
	ConciseBudget = 8_000
	DefaultBudget = 20_000
	LargestBudget = 60_000
)

// Reply is a result as it goes to a caller.
type Reply struct {
	Structured json.RawMessage // nil for an error
	Text       string
	IsError    bool
	NotFound   bool // an error, because what was asked for is not there
}

func (r Reply) Fits(budget int) bool {
	return len(r.Structured) < budget && len(r.Text) < budget
}

func render(result Result) (Reply, error) {
	structured, err := json.Marshal(result)
	if err != nil {
		return Reply{}, fmt.Errorf("encode the result: %w", err)
	}
	return Reply{Structured: structured, Text: result.Text()}, nil
}
