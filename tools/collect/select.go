package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/report"
	"langsmith-insights-mcp/tools/runs"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Args are the arguments that select traces.
type Args struct {
	tool.ProjectArgs
	JobID     tool.JobID `json:"job_id,omitempty" jsonschema_description:"A UUID, or latest (that succeeded)."`
	ClusterID string     `json:"cluster_id,omitempty" jsonschema_description:"As in get_insights_job."`
	runs.Selection
	RunIDs []uuid.UUID `json:"run_ids,omitempty" jsonschema:"maxItems=1000" jsonschema_description:"Add these runs instead of a job's."`
	Limit  int         `json:"limit,omitempty" jsonschema:"minimum=1,maximum=1000" jsonschema_description:"Maximum number of traces: default 100, with run_ids all."`
	DryRun bool        `json:"dry_run,omitempty" jsonschema_description:"Only count; change nothing."`
}

const (
	defaultTraces = 100
	maxTraces     = 1000 // the maximum that a report reads
)

// Check refuses arguments that select no traces, or select them in two ways.
func (a *Args) Check() error {
	switch {
	case a.JobID == "" && len(a.RunIDs) == 0:
		return langsmith.FieldError{Field: "job_id", Problem: "is required: latest (the newest that succeeded) or a job's UUID, which list_insights_jobs has; or give run_ids"}
	case a.ClusterID != "" && len(a.RunIDs) > 0:
		return langsmith.FieldError{Field: "run_ids", Problem: "cannot be given with cluster_id: one of the two chooses the traces"}
	}
	return nil
}

func (a *Args) limit() int {
	switch {
	case a.Limit > 0:
		return a.Limit
	case len(a.RunIDs) > 0:
		return maxTraces
	}
	return defaultTraces
}

// selectedTraces are the traces that a call selects.
type selectedTraces struct {
	args    Args
	project langsmith.Project
	job     uuid.UUID    // uuid.Nil if the call names none
	cluster *report.Node // nil for a whole job, and for run_ids

	listed  int                         // the maximum to list: the limit, or all if status or sort_by selects from them
	ids     []uuid.UUID                 // of the selected traces, each once, at most the limit
	runs    map[uuid.UUID]langsmith.Run // the runs of ids
	missing []uuid.UUID                 // selected traces that are no longer in LangSmith
	total   int                         // traces to select from

	seen map[uuid.UUID]bool
}

// selectTraces returns the traces that a call selects. The same call selects the same
// ones while LangSmith lists them in the same order.
func selectTraces(ctx context.Context, env *tool.Env, args Args) (*selectedTraces, error) {
	project, err := env.FindProject(ctx, args.ProjectArgs)
	if err != nil {
		return nil, err
	}
	s := &selectedTraces{args: args, project: project, listed: args.limit(), seen: map[uuid.UUID]bool{}}
	if !args.Selection.IsZero() {
		s.listed = maxTraces
	}
	if s.job, err = jobs.Find(ctx, env, project, args.JobID); err != nil {
		return nil, err
	}
	if len(args.RunIDs) > 0 {
		for _, id := range args.RunIDs {
			s.add(id)
		}
		s.total = len(s.seen)
	} else if err := s.addJob(ctx, env.LangSmith); err != nil {
		return nil, err
	}
	if err := s.dropMissing(ctx, env.LangSmith); err != nil {
		return nil, err
	}
	s.applySelection()
	return s, nil
}

// applySelection keeps the runs that the call selects, sorted and up to the limit.
func (s *selectedTraces) applySelection() {
	if s.args.Selection.IsZero() {
		return
	}
	selected := s.args.Apply(s.runsOf(s.ids))
	s.total = len(selected) + len(s.missing)
	s.ids = s.ids[:0]
	for _, run := range selected[:min(len(selected), s.args.limit())] {
		s.ids = append(s.ids, run.ID)
	}
}

// add selects a trace, unless it is selected already or the limit is reached.
func (s *selectedTraces) add(id uuid.UUID) {
	if id == uuid.Nil || s.seen[id] {
		return
	}
	s.seen[id] = true
	if len(s.ids) < s.listed {
		s.ids = append(s.ids, id)
	}
}

func (s *selectedTraces) isFull() bool { return len(s.ids) == s.listed }

// addJob selects a job's traces, or those of a category. Whether a category's traces
// include those of its subcategories is not documented: these are fetched too if its own
// are fewer than its number of traces.
func (s *selectedTraces) addJob(ctx context.Context, client *langsmith.Client) error {
	job, err := client.GetJob(ctx, s.project.ID, s.job)
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
	if s.args.ClusterID == "" {
		if err := s.addPages(ctx, client, uuid.Nil); err != nil {
			return err
		}
		s.total = max(tree.Total, len(s.seen))
		return nil
	}
	if s.cluster, err = jobs.FindCategory(s.project.ID, job, tree, s.args.ClusterID); err != nil {
		return err
	}
	for _, node := range s.cluster.Subtree() {
		if s.isFull() || len(s.seen) >= s.cluster.Runs && len(s.seen) > 0 {
			break
		}
		if node.ID == uuid.Nil {
			continue // without a category LangSmith lists every run
		}
		if err := s.addPages(ctx, client, node.ID); err != nil {
			return err
		}
	}
	s.total = max(s.cluster.Runs, len(s.seen))
	return nil
}

// addPages selects the traces of a job, or of one category alone, page by page until
// the limit is reached.
func (s *selectedTraces) addPages(ctx context.Context, client *langsmith.Client, cluster uuid.UUID) error {
	for offset := 0; !s.isFull(); {
		page, err := client.ListJobRuns(ctx, s.project.ID, s.job, langsmith.JobRunsQuery{ClusterID: cluster, Limit: tool.MaxPage, Offset: offset})
		if err != nil {
			return err
		}
		for i := range page.Runs {
			s.add(page.Runs[i].ID)
		}
		if !page.More {
			return nil
		}
		offset = page.Next
	}
	return nil
}

// dropMissing removes the traces that are no longer in LangSmith, which refuses a whole
// request that names one.
func (s *selectedTraces) dropMissing(ctx context.Context, client *langsmith.Client) error {
	s.runs = make(map[uuid.UUID]langsmith.Run, len(s.ids))
	for ids := range slices.Chunk(s.ids, langsmith.MaxRunsByID) {
		runs, err := client.ListRunsByID(ctx, s.project.ID, ids)
		if err != nil {
			return err
		}
		for i := range runs {
			s.runs[runs[i].ID] = runs[i]
		}
	}
	s.ids = slices.DeleteFunc(s.ids, func(id uuid.UUID) bool {
		_, found := s.runs[id]
		if !found {
			s.missing = append(s.missing, id)
		}
		return !found
	})
	return nil
}

// maxMissing is the maximum number of missing traces that are named.
const maxMissing = 5

// describeMissing names the selected traces that are no longer in LangSmith.
func (s *selectedTraces) describeMissing() string {
	var named []string
	for _, id := range s.missing[:min(len(s.missing), maxMissing)] {
		named = append(named, id.String())
	}
	if more := len(s.missing) - maxMissing; more > 0 {
		named = append(named, fmt.Sprintf("and %s more", wording.Thousands(more)))
	}
	return fmt.Sprintf("Left out: %s that LangSmith does not have in this project (any more): %s.", wording.Count(len(s.missing), "run"), strings.Join(named, ", "))
}

// countChildren returns the number of runs that are not a trace but a part of one.
func (s *selectedTraces) countChildren(ids []uuid.UUID) int {
	children := 0
	for _, run := range s.runsOf(ids) {
		if !run.IsRoot() {
			children++
		}
	}
	return children
}

// runsOf returns the runs of ids.
func (s *selectedTraces) runsOf(ids []uuid.UUID) []langsmith.Run {
	runs := make([]langsmith.Run, len(ids))
	for i, id := range ids {
		runs[i] = s.runs[id]
	}
	return runs
}

// origin returns the job and the category of the traces.
func (s *selectedTraces) origin() Origin {
	origin := Origin{Job: s.job}
	if s.cluster != nil {
		origin.Cluster = s.cluster.ID
	}
	return origin
}

// countOverLimit returns the number of traces beyond the limit.
func (s *selectedTraces) countOverLimit() int { return s.total - len(s.ids) - len(s.missing) }

// describeSource names what the traces were selected from.
func (s *selectedTraces) describeSource() string {
	switch {
	case s.cluster != nil:
		return fmt.Sprintf("category %s of job %s", markdown.Quote(s.cluster.Name, markdown.MaxName), s.job)
	case len(s.args.RunIDs) > 0:
		return tool.ProjectLabel(s.project)
	}
	return fmt.Sprintf("job %s", s.job)
}

// explainEmpty returns why no trace was selected.
func (s *selectedTraces) explainEmpty() string {
	if len(s.args.RunIDs) > 0 {
		if len(s.runs) > 0 {
			return "none of these runs has status " + s.args.Status
		}
		return "LangSmith has none of these runs"
	}
	if s.args.Status != "" {
		return "no trace of " + s.describeSource() + " has status " + s.args.Status
	}
	return "LangSmith lists no trace of " + s.describeSource()
}
