package collect

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/runs"
	"langsmith-insights-mcp/tools/tool"
)

// Args say which traces a tool that acts is to act on.
type Args struct {
	tool.ProjectArgs
	JobID     uuid.UUID `json:"job_id,omitzero" jsonschema_description:"The Insights job whose traces to take."`
	ClusterID uuid.UUID `json:"cluster_id,omitzero" jsonschema_description:"Only this category, with those below it."`
	runs.Selection
	RunIDs []uuid.UUID `json:"run_ids,omitempty" jsonschema:"maxItems=1000" jsonschema_description:"Take these runs instead of a job's."`
	Limit  int         `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000" jsonschema_description:"The most traces to take: default 100, with run_ids all."`
	DryRun bool        `json:"dry_run,omitempty" jsonschema_description:"Count, and change nothing."`
}

// The bounds of how many traces a call acts on. A report reads no more than the
// most.
const (
	defaultChosen = 100
	mostChosen    = 1000
)

// Check implements the rules between the arguments.
func (a *Args) Check() error {
	switch {
	case a.JobID == uuid.Nil && len(a.RunIDs) == 0:
		return langsmith.FieldError{Field: "job_id", Problem: "is required, or run_ids; list_insights_jobs lists the jobs"}
	case a.ClusterID != uuid.Nil && len(a.RunIDs) > 0:
		return langsmith.FieldError{Field: "run_ids", Problem: "cannot be given with cluster_id: one of the two chooses the traces"}
	}
	return nil
}

func (a *Args) limit() int {
	switch {
	case a.Limit > 0:
		return a.Limit
	case len(a.RunIDs) > 0:
		return mostChosen
	}
	return defaultChosen
}

// chosen are the traces that a call acts on.
type chosen struct {
	args    Args
	project langsmith.Project
	cluster *report.Node // nil for all of a job or for chosen ids

	most  int                         // how many are listed: the limit, or all where a selection picks from them
	ids   []uuid.UUID                 // each once, at most as many as the limit
	runs  map[uuid.UUID]langsmith.Run // those of ids that LangSmith holds
	gone  int                         // chosen too, but LangSmith does not hold them any more
	total int                         // what there was to choose from

	seen map[uuid.UUID]bool
}

// choose finds out which traces a call means. The same call chooses the
// same ones, as long as LangSmith lists them in the same order.
func choose(ctx context.Context, env *tool.Env, args Args) (*chosen, error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	c := &chosen{args: args, project: project, most: args.limit(), seen: map[uuid.UUID]bool{}}
	if !args.Selection.IsZero() {
		c.most = mostChosen
	}
	if len(args.RunIDs) > 0 {
		for _, id := range args.RunIDs {
			c.choose(id)
		}
		c.total = len(c.seen)
	} else if err := c.fromJob(ctx, env.LangSmith); err != nil {
		return nil, err
	}
	if err := c.dropGone(ctx, env.LangSmith); err != nil {
		return nil, err
	}
	c.applySelection()
	return c, nil
}

// applySelection keeps those of the runs that the call's selection asks for, in
// its order and up to the limit.
func (c *chosen) applySelection() {
	if c.args.Selection.IsZero() {
		return
	}
	picked := c.args.Apply(c.lookUp(c.ids))
	c.total = len(picked) + c.gone
	c.ids = c.ids[:0]
	for _, run := range picked[:min(len(picked), c.args.limit())] {
		c.ids = append(c.ids, run.ID)
	}
}

func (c *chosen) choose(id uuid.UUID) {
	if id == uuid.Nil || c.seen[id] {
		return
	}
	c.seen[id] = true
	if len(c.ids) < c.most {
		c.ids = append(c.ids, id)
	}
}

func (c *chosen) full() bool { return len(c.ids) == c.most }

// fromJob lists a job's traces, or those of a category. Whether LangSmith counts
// the traces of the categories below to a category's own is not documented: so
// these are asked for where a category's own are not all that it holds.
func (c *chosen) fromJob(ctx context.Context, client *langsmith.Client) error {
	job, err := client.GetJob(ctx, c.project.ID, c.args.JobID)
	if err != nil {
		return err
	}
	switch {
	case job.Status.Failed():
		return tool.Refuse("Job %s failed, so it has no traces to choose from. get_insights_job says why.\nNothing was changed.", job.ID)
	case !job.Status.Done():
		return tool.Refuse("Job %s is not finished, so it has no traces to choose from yet. Call wait_for_insights_job first.\nNothing was changed.", job.ID)
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
		return jobs.NoSuchCluster(c.project.ID, job, tree, c.args.ClusterID)
	}
	for _, node := range c.cluster.Subtree() {
		if c.full() || len(c.seen) >= c.cluster.Runs && len(c.seen) > 0 {
			break
		}
		if node.ID == uuid.Nil {
			continue // without a category LangSmith lists every run
		}
		if err := c.list(ctx, client, node.ID); err != nil {
			return err
		}
	}
	c.total = max(c.cluster.Runs, len(c.seen))
	return nil
}

// list goes through the pages of a job's traces until enough are chosen.
func (c *chosen) list(ctx context.Context, client *langsmith.Client, cluster uuid.UUID) error {
	for offset := 0; !c.full(); {
		page, err := client.ListJobRuns(ctx, c.project.ID, c.args.JobID, langsmith.JobRunsQuery{ClusterID: cluster, Limit: tool.MaxPage, Offset: offset})
		if err != nil {
			return err
		}
		for i := range page.Runs {
			if id := page.Runs[i].ID; id != uuid.Nil {
				c.choose(id)
			}
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
func (c *chosen) dropGone(ctx context.Context, client *langsmith.Client) error {
	c.runs = make(map[uuid.UUID]langsmith.Run, len(c.ids))
	for ids := range slices.Chunk(c.ids, langsmith.MaxRunsByID) {
		runs, err := client.RunsByID(ctx, c.project.ID, ids)
		if err != nil {
			return err
		}
		for i := range runs {
			c.runs[runs[i].ID] = runs[i]
		}
	}
	chosen := len(c.ids)
	c.ids = slices.DeleteFunc(c.ids, func(id uuid.UUID) bool {
		_, there := c.runs[id]
		return !there
	})
	c.gone = chosen - len(c.ids)
	return nil
}

// lookUp returns the runs of ids that LangSmith holds.
func (c *chosen) lookUp(ids []uuid.UUID) []langsmith.Run {
	runs := make([]langsmith.Run, len(ids))
	for i, id := range ids {
		runs[i] = c.runs[id]
	}
	return runs
}

// beyond is how many more there were than the limit lets through.
func (c *chosen) beyond() int { return c.total - len(c.ids) - c.gone }

// of names what the traces were chosen from.
func (c *chosen) of() string {
	switch {
	case c.cluster != nil:
		return fmt.Sprintf("category %s of job %s", markdown.Quote(c.cluster.Name, markdown.MaxName), c.args.JobID)
	case len(c.args.RunIDs) > 0:
		return tool.ProjectLabel(c.project)
	}
	return fmt.Sprintf("job %s", c.args.JobID)
}

// none says that there is nothing to act on.
func (c *chosen) none() string {
	if len(c.args.RunIDs) > 0 {
		return "none of these runs is there to take"
	}
	if c.args.Status != "" {
		return "no trace of " + c.of() + " has status " + c.args.Status
	}
	return "LangSmith lists no trace of " + c.of()
}
