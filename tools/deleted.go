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
	tool.Followed
}

func newDeletedResult(id uuid.UUID, deleted *langsmith.Deleted) *deletedResult {
	message := deleted.Message
	if message == "" {
		message = "deleted"
	}
	return &deletedResult{ID: id, Message: markdown.Truncate(message, markdown.MaxName)}
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
	return &deletedResult{ID: id, Message: "There is no such " + thing + " in this project; it was deleted already, or is another project's"}, nil
}

// Text implements [tool.Result].
func (r *deletedResult) Text() string {
	text := fmt.Sprintf("%s (%s).\n", markdown.Escape(markdown.Line(r.Message, markdown.MaxName)), r.ID)
	for _, caution := range r.Caution {
		text += caution + "\n"
	}
	return text
}
