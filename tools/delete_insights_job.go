package tools

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
)

type deleteInsightsJobArgs struct {
	ProjectArgs
	JobID uuid.UUID `json:"job_id"`
}

// deletedResult is what deleting something says.
type deletedResult struct {
	ID      uuid.UUID `json:"id"`
	Message string    `json:"message"`
}

func deleteInsightsJob() Tool {
	return Define(Declaration{
		Name:  "delete_insights_job",
		Title: "Delete an Insights job",
		Description: "Delete an Insights job and its report for good; another one would have to be paid for. The traces stay. Deleting what is " +
			"gone is no error.",
		Effect:     Destroys,
		Repeatable: true,
		Toolset:    "insights",
	}, runDeleteInsightsJob)
}

func runDeleteInsightsJob(ctx context.Context, env *Env, args deleteInsightsJobArgs) (*deletedResult, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	deleted, err := env.LangSmith.DeleteJob(ctx, project.ID, args.JobID)
	if notFound(err) {
		return alreadyGone(ctx, env, project, args.JobID, "job", err)
	}
	if err != nil {
		return nil, err
	}
	return newDeletedResult(args.JobID, deleted), nil
}

func newDeletedResult(id uuid.UUID, deleted *langsmith.Deleted) *deletedResult {
	message := deleted.Message
	if message == "" {
		message = "deleted"
	}
	return &deletedResult{ID: id, Message: cleanTo(message, longestName)}
}

func notFound(err error) bool {
	var api *langsmith.Error
	return errors.As(err, &api) && api.Status == http.StatusNotFound
}

// alreadyGone is the result of deleting what is not there, unless it is the
// project that is not: then the thing may well be in another one.
func alreadyGone(ctx context.Context, env *Env, project langsmith.Project, id uuid.UUID, thing string, err error) (*deletedResult, error) {
	if project.Name == "" { // found by its id, so nobody has looked whether it exists
		if _, missing := env.LangSmith.GetProject(ctx, project.ID); notFound(missing) {
			return nil, missing
		} else if missing != nil {
			return nil, err
		}
	}
	return &deletedResult{ID: id, Message: "there is no such " + thing + " in this project; it was deleted already, or is another project's"}, nil
}

// Text implements Result.
func (r *deletedResult) Text() string {
	return fmt.Sprintf("%s: %s.\n", r.ID, markdown.Escape(markdown.Line(r.Message, longestName)))
}
