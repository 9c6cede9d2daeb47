package tools

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// deletedResult is the result of a deletion.
type deletedResult struct {
	ID      uuid.UUID `json:"id"`
	Message string    `json:"message"`

	text string
}

func newDeleted(id uuid.UUID, message string) *deletedResult {
	return &deletedResult{ID: id, Message: message, text: fmt.Sprintf("%s (%s).\n", markdown.Escape(markdown.Line(message, markdown.MaxName)), id)}
}

// add adds a sentence to the message and to the text.
func (r *deletedResult) add(sentence string) {
	r.Message += ". " + sentence
	r.text += sentence + "\n"
}

func newDeletedResult(id uuid.UUID, deleted *langsmith.Deleted) *deletedResult {
	message := deleted.Message
	if message == "" {
		message = "deleted"
	}
	return newDeleted(id, markdown.Truncate(message, markdown.MaxName))
}

// newAlreadyGone returns the result of deleting something that does not exist. It fails
// if the project does not exist, since the thing may be in another one.
func newAlreadyGone(ctx context.Context, env *tool.Env, project langsmith.Project, id uuid.UUID, thing string, err error) (*deletedResult, error) {
	if project.Name == "" { // given by its id, which has not been checked
		if _, missing := env.LangSmith.GetProject(ctx, project.ID); tool.IsNotFound(missing) {
			return nil, missing
		} else if missing != nil {
			return nil, err
		}
	}
	return newDeleted(id, "There is no such "+thing+" in this project; it was deleted already, or is another project's"), nil
}

// Text implements [tool.Result].
func (r *deletedResult) Text() string { return r.text }
