package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
)

// ChosenRunsArgs say which traces a tool that acts is to act on.
type ChosenRunsArgs struct {
	ProjectArgs
	JobID     uuid.UUID   `json:"job_id,omitzero"`
	ClusterID uuid.UUID   `json:"cluster_id,omitzero"`
	RunIDs    []uuid.UUID `json:"run_ids,omitempty" jsonschema:"maxItems=1000" jsonschema_description:"Instead of a job's."`
	Limit     int         `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000" jsonschema_description:"Default 100."`
	DryRun    bool        `json:"dry_run,omitempty" jsonschema_description:"Only count."`
}

// The bounds of how many traces a call acts on. A report reads no more than the
// most.
const (
	defaultChosen = 100
	mostChosen    = 1000
)

// Check implements the rules between the arguments.
func (a *ChosenRunsArgs) Check() error {
	switch {
	case a.JobID == uuid.Nil && len(a.RunIDs) == 0:
		return langsmith.FieldError{Field: "job_id", Problem: "is required, or run_ids; list_insights_jobs lists the jobs"}
	case a.ClusterID != uuid.Nil && len(a.RunIDs) > 0:
		return langsmith.FieldError{Field: "run_ids", Problem: "cannot be given with cluster_id: one of the two chooses the traces"}
	}
	return nil
}

func (a *ChosenRunsArgs) limit() int {
	switch {
	case a.Limit > 0:
		return a.Limit
	case len(a.RunIDs) > 0:
		return mostChosen
	}
	return defaultChosen
}

// chosenRuns are the traces that a call acts on.
type chosenRuns struct {
	args    ChosenRunsArgs
	project langsmith.Project
	cluster *report.Node // nil for all of a job or for chosen ids

	ids     []uuid.UUID             // each once, at most as many as the limit
	started map[uuid.UUID]time.Time // when each of them started
	gone    int                     // chosen too, but LangSmith does not hold them any more
	total   int                     // what there was to choose from

	seen map[uuid.UUID]bool
}

// chooseRuns finds out which traces a call means. The same call chooses the
// same ones, as long as LangSmith lists them in the same order.
func chooseRuns(ctx context.Context, env *Env, args ChosenRunsArgs) (*chosenRuns, error) {
	project, err := env.project(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	c := &chosenRuns{args: args, project: project, seen: map[uuid.UUID]bool{}}
	if len(args.RunIDs) > 0 {
		for _, id := range args.RunIDs {
			c.choose(id)
		}
		c.total = len(c.seen)
	} else if err := c.fromJob(ctx, env.LangSmith); err != nil {
		return nil, err
	}
	return c, c.dropGone(ctx, env.LangSmith)
}

func (c *chosenRuns) choose(id uuid.UUID) {
	if id == uuid.Nil || c.seen[id] {
		return
	}
	c.seen[id] = true
	if len(c.ids) < c.args.limit() {
		c.ids = append(c.ids, id)
	}
}

func (c *chosenRuns) full() bool { return len(c.ids) == c.args.limit() }

// fromJob lists a job's traces, or those of a category. Whether LangSmith counts
// the traces of the categories below to a category's own is not documented: so
// these are asked for where a category's own are not all that it holds.
func (c *chosenRuns) fromJob(ctx context.Context, client *langsmith.Client) error {
	job, err := client.GetJob(ctx, c.project.ID, c.args.JobID)
	if err != nil {
		return err
	}
	switch {
	case job.Status.Failed():
		return refuse("Job %s failed, so it has no traces to choose from. get_insights_job says why.\nNothing was changed.", job.ID)
	case !job.Status.Done():
		return refuse("Job %s is not finished, so it has no traces to choose from yet. Call wait_for_insights_job first.\nNothing was changed.", job.ID)
	}
	tree := report.Build(job.Clusters)
	if c.args.ClusterID == uuid.Nil {
		if err := c.list(ctx, client, uuid.Nil); err != nil {
			return err
		}
		c.total = max(tree.Total, len(c.seen))
		return nil
	}
	if c.cluster = tree.Find(c.args.ClusterID); c.cluster == nil {
		return (&jobView{job: job, project: c.project, tree: tree}).noSuchCluster(c.args.ClusterID)
	}
	for _, node := range c.cluster.Subtree() {
		if c.full() || len(c.seen) >= c.cluster.Runs && len(c.seen) > 0 {
			break
		}
		if err := c.list(ctx, client, node.ID); err != nil {
			return err
		}
	}
	c.total = max(c.cluster.Runs, len(c.seen))
	return nil
}

// list goes through the pages of a job's traces until enough are chosen.
func (c *chosenRuns) list(ctx context.Context, client *langsmith.Client, cluster uuid.UUID) error {
	for offset := 0; !c.full(); {
		page, err := client.ListJobRuns(ctx, c.project.ID, c.args.JobID, langsmith.JobRunsQuery{ClusterID: cluster, Limit: largestPage, Offset: offset})
		if err != nil {
			return err
		}
		for i := range page.Runs {
			c.choose(page.Runs[i].ID)
		}
		if !page.More {
			return nil
		}
		offset = page.Next
	}
	return nil
}

// dropGone leaves out what LangSmith holds no more, since one such run would
// have a whole request refused.
func (c *chosenRuns) dropGone(ctx context.Context, client *langsmith.Client) error {
	c.started = map[uuid.UUID]time.Time{}
	for ids := range slices.Chunk(c.ids, langsmith.MaxRunsByID) {
		runs, err := client.RunsByID(ctx, c.project.ID, ids)
		if err != nil {
			return err
		}
		for i := range runs {
			c.started[runs[i].ID] = runs[i].StartTime.Time
		}
	}
	chosen := len(c.ids)
	c.ids = slices.DeleteFunc(c.ids, func(id uuid.UUID) bool {
		_, there := c.started[id]
		return !there
	})
	c.gone = chosen - len(c.ids)
	return nil
}

// beyond is how many more there were than the limit lets through.
func (c *chosenRuns) beyond() int { return c.total - len(c.ids) - c.gone }

// of names what the traces were chosen from.
func (c *chosenRuns) of() string {
	switch {
	case c.cluster != nil:
		return fmt.Sprintf("category %s of job %s", markdown.Quote(c.cluster.Name, longestName), c.args.JobID)
	case len(c.args.RunIDs) > 0:
		return projectLabel(c.project)
	}
	return fmt.Sprintf("job %s", c.args.JobID)
}

// none says that there is nothing to act on.
func (c *chosenRuns) none() string {
	if len(c.args.RunIDs) > 0 {
		return "none of these runs is there to take"
	}
	return "LangSmith lists no trace of " + c.of()
}
