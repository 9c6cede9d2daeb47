package tools

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/collect"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

type addToQueueArgs struct {
	collect.Args
	Queue           string `json:"queue" jsonschema:"minLength=1" jsonschema_description:"The queue's name; created if missing."`
	ExtendRetention bool   `json:"extend_retention,omitempty" jsonschema:"default=false" jsonschema_description:"Keep the traces longer, at ten times the price."`
}

// Check refuses a blank name, and what [collect.Args] refuse.
func (a *addToQueueArgs) Check() error {
	return errors.Join(tool.CheckName("queue", a.Queue), a.Args.Check())
}

type addToQueueResult struct {
	QueueID uuid.UUID `json:"queue_id,omitzero"`
	Queue   string    `json:"queue"`
	collect.Result

	extends  bool // the call asks for extended retention
	extended bool // the retention of the traces is extended, or would be
}

func addInsightsRunsToAnnotationQueue() tool.Tool {
	return tool.Define(tool.Declaration{
		Name:  "add_insights_runs_to_annotation_queue",
		Title: "Have people review traces",
		Description: "Add traces of an Insights report to an annotation queue, for people to review: a job's, a category's with its " +
			"subcategories, or run_ids. Nothing is added twice. extend_retention COSTS MONEY: such traces are kept at ten times the price.",
		Effect:     tool.Writes,
		Repeatable: true,
		Toolset:    "actions",
		ResultOf:   "add_insights_runs_to_dataset",
		ResultAdds: []string{"queue_id", "queue"},
	}, runAddInsightsRunsToAnnotationQueue)
}

func runAddInsightsRunsToAnnotationQueue(ctx context.Context, env *tool.Env, args addToQueueArgs) (*addToQueueResult, error) {
	target := &queues{env: env, name: args.Queue, extend: args.ExtendRetention}
	collected, err := collect.Runs(ctx, env, args.Args, target, args.Queue)
	if err != nil {
		return nil, err
	}
	extended := target.extended || args.DryRun && target.extends()
	collected.SetNextCall("add_insights_runs_to_annotation_queue", "queue", args.Queue, "extend_retention", args.ExtendRetention)
	result := &addToQueueResult{QueueID: collected.TargetID(), Queue: args.Queue, Result: *collected, extends: args.ExtendRetention, extended: extended}
	if note := result.describeRetention(); note != "" {
		result.Caution = append(result.Caution, note)
	}
	return result, nil
}

// Text implements [tool.Result].
func (r *addToQueueResult) Text() string {
	var b strings.Builder
	r.WriteCounts(&b)
	if r.QueueID != uuid.Nil {
		b.WriteString("queue_id: " + r.QueueID.String() + "\n")
	}
	return b.String()
}

// describeRetention returns what the call does, or would do, to the retention of traces;
// empty if the call did not request one.
func (r *addToQueueResult) describeRetention() string {
	switch {
	case r.Added == 0 && r.extends && r.DryRun:
		return "So no trace would be moved to extended retention."
	case r.Added == 0 && r.extends:
		return "So no trace was moved to extended retention."
	case r.Added == 0 || !r.extended:
		return ""
	case r.DryRun:
		return "That would move these traces to extended retention, at ten times the price. add_insights_runs_to_dataset would not."
	}
	return "These traces are now kept at extended retention, at ten times the price."
}

// queues is the [collect.Target] for annotation queues.
type queues struct {
	env      *tool.Env
	name     string
	extend   bool // the call's argument
	agreed   bool // a person has agreed, or need not
	extended bool // LangSmith has extended the retention
}

// extends reports whether adding extends the retention of traces: if the call requests
// it, or if LangSmith has only the older route, which always does.
func (q *queues) extends() bool { return q.extend || q.env.LangSmith.QueuesOnlyExtendRetention() }

func (q *queues) Kind() string { return "annotation queue" }

func (q *queues) Confirm(ctx context.Context, runs []uuid.UUID) error {
	if q.agreed || !q.extends() {
		return nil
	}
	runs = slices.SortedFunc(slices.Values(runs), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return q.env.Confirm(ctx, &tool.Question{
		ID: tool.QuestionID("queue", q.name, runs, q.extend),
		Text: fmt.Sprintf("Add %s to the annotation queue %s? That moves them to extended retention, at ten times the price.",
			wording.Count(len(runs), "trace"), markdown.Quote(q.name, markdown.MaxName)),
	}, "add_insights_runs_to_dataset saves traces without that price.")
}

func (q *queues) Find(ctx context.Context, name string) ([]uuid.UUID, error) {
	found, err := q.env.LangSmith.FindQueues(ctx, name)
	var ids []uuid.UUID
	for i := range found {
		ids = append(ids, found[i].ID)
	}
	return ids, err
}

func (q *queues) Create(ctx context.Context, name string) (uuid.UUID, error) {
	made, err := q.env.LangSmith.CreateQueue(ctx, name, "Traces found by LangSmith Insights")
	if err != nil {
		return uuid.Nil, err
	}
	return made.ID, nil
}

// maxQueueRuns is the maximum number of runs that are read from a queue.
const maxQueueRuns = 10_000

// Members returns all runs of a queue. It refuses a queue that is too long to read,
// because a run that is added twice may be in the queue twice.
func (q *queues) Members(ctx context.Context, id uuid.UUID) (map[uuid.UUID]bool, error) {
	queued, err := q.env.LangSmith.ListQueueRuns(ctx, id, maxQueueRuns)
	if err != nil {
		return nil, err
	}
	if !queued.Complete {
		return nil, tool.Refuse("The annotation queue %s has more than %s runs, too many to see which are there already. Choose another queue.\nNothing was changed.",
			markdown.Quote(q.name, markdown.MaxName), wording.Thousands(maxQueueRuns))
	}
	members := make(map[uuid.UUID]bool, len(queued.Runs))
	for _, run := range queued.Runs {
		members[run] = true
	}
	return members, nil
}

func (q *queues) Add(ctx context.Context, id uuid.UUID, runs []langsmith.Run, _ collect.Origin) (int, error) {
	items := make([]langsmith.QueueRun, len(runs))
	for i, run := range runs {
		items[i] = langsmith.QueueRun{RunID: run.ID, ProjectID: run.ProjectID, StartTime: run.StartTime.Time}
	}
	if !q.agreed && !q.extend && q.env.Policy.Confirm {
		// For a new queue no request has shown yet which route LangSmith has.
		if _, err := q.env.LangSmith.ListQueueRuns(ctx, id, 1); err != nil {
			return 0, err
		}
		ids := make([]uuid.UUID, len(runs))
		for i := range runs {
			ids[i] = runs[i].ID
		}
		if err := q.Confirm(ctx, ids); err != nil {
			return 0, err
		}
		q.agreed = true
	}
	added, err := q.env.LangSmith.AddQueueRuns(ctx, id, items, q.extend)
	if err != nil {
		return 0, err
	}
	q.extended = q.extended || added.ExtendedRetention
	return len(added.Runs), nil
}
