// Package collect adds traces of a report to a dataset or an annotation queue, each
// of them once.
package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// Target is a kind of collection: datasets or annotation queues.
type Target interface {
	// Kind returns what the collection is called.
	Kind() string
	// Find returns the ids of the collections with a name.
	Find(ctx context.Context, name string) ([]uuid.UUID, error)
	// Create creates a collection and returns its id.
	Create(ctx context.Context, name string) (uuid.UUID, error)
	// Members returns the runs of a collection.
	Members(ctx context.Context, id uuid.UUID) (map[uuid.UUID]bool, error)
	// Add adds at most [maxAdded] runs that are not members, and returns how many
	// LangSmith confirms.
	Add(ctx context.Context, id uuid.UUID, runs []langsmith.Run, origin Origin) (int, error)
	// Confirm asks a person for consent if adding the runs costs money.
	Confirm(ctx context.Context, runs []uuid.UUID) error
}

// Origin is the job and the category of traces; uuid.Nil for what a call does not name.
type Origin struct{ Job, Cluster uuid.UUID }

// Result is the outcome of collecting traces. The counts of a dry run are what the
// call would do.
type Result struct {
	Added        int  `json:"added"`
	AlreadyThere int  `json:"already_there"`
	LeftOut      int  `json:"left_out"`
	DryRun       bool `json:"dry_run,omitempty"`

	// Failed is how many of the added traces had failed.
	Failed int `json:"failed"`
	// RunIDs are the added traces, at most [maxRunIDs].
	RunIDs []uuid.UUID `json:"run_ids,omitempty"`
	tool.Cautions
	tool.NextCall

	target   Target
	name     string
	id       uuid.UUID // of the dataset or queue; uuid.Nil while there is none
	isNew    bool
	selected *selectedTraces
}

// maxRunIDs is the maximum number of ids in a result.
const maxRunIDs = 100

// maxAdded is the maximum number of runs in one request.
const maxAdded = 100

// Runs adds the selected traces to the dataset or queue with a name, which it creates if
// there is none. It adds no trace twice.
func Runs(ctx context.Context, env *tool.Env, args Args, target Target, name string) (*Result, error) {
	selected, err := selectTraces(ctx, env, args)
	if err != nil {
		return nil, err
	}
	unlock, err := env.Locks.Lock(ctx, target.Kind()+" "+name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	r := &Result{DryRun: args.DryRun, LeftOut: selected.countOverLimit() + len(selected.missing), target: target, name: name, selected: selected}
	if len(selected.missing) > 0 {
		r.Caution = append(r.Caution, selected.describeMissing())
	}
	members, err := r.find(ctx)
	if err != nil {
		return nil, err
	}
	newIDs := slices.DeleteFunc(slices.Clone(selected.ids), func(id uuid.UUID) bool { return members[id] })
	r.AlreadyThere = len(selected.ids) - len(newIDs)
	if args.DryRun || len(newIDs) == 0 {
		r.countAdded(newIDs)
		r.warnOfChildren(newIDs)
		return r, nil
	}
	if err := target.Confirm(ctx, newIDs); err != nil {
		return nil, err
	}
	if r.isNew {
		if r.id, err = r.create(ctx); err != nil {
			return nil, err
		}
	}
	r.warnOfChildren(newIDs)
	return r, r.add(ctx, env, newIDs)
}

// warnOfChildren warns of runs that a call names and that are not traces.
func (r *Result) warnOfChildren(added []uuid.UUID) {
	if n := r.selected.countChildren(added); n > 0 {
		r.Caution = append(r.Caution, wording.Count(n, "of them is a run inside a trace, not a trace", "of them are runs inside a trace, not traces")+": get_run shows the trace_id.")
	}
}

// find looks the dataset or queue up by its name, and returns its members.
func (r *Result) find(ctx context.Context) (members map[uuid.UUID]bool, err error) {
	found, err := r.target.Find(ctx, r.name)
	if err != nil {
		return nil, err
	}
	switch len(found) {
	case 0:
		r.isNew = true
		return nil, nil
	case 1:
		r.id = found[0]
		return r.target.Members(ctx, r.id)
	}
	return nil, tool.Refuse("There are %d %ss called %s. Rename one in LangSmith, or give another name.\nNothing was changed.",
		len(found), r.target.Kind(), markdown.Quote(r.name, markdown.MaxName))
}

// create creates the dataset or queue. A request that failed may have been processed, or
// somebody else may have been first, so the name is looked up then.
func (r *Result) create(ctx context.Context) (uuid.UUID, error) {
	id, err := r.target.Create(ctx, r.name)
	if err == nil {
		return id, nil
	}
	if found, findErr := r.target.Find(ctx, r.name); findErr == nil && len(found) == 1 {
		return found[0], nil
	}
	return uuid.Nil, err
}

// add adds runs. A request that failed may have been processed, so the members are read
// before it counts as failed.
func (r *Result) add(ctx context.Context, env *tool.Env, newIDs []uuid.UUID) error {
	for ids := range slices.Chunk(newIDs, maxAdded) {
		added := ids
		confirmed, err := r.target.Add(ctx, r.id, r.selected.runsOf(ids), r.selected.origin())
		if tool.IsInterruption(err) {
			return err
		}
		if err != nil || confirmed != len(ids) {
			members, readErr := r.target.Members(ctx, r.id)
			if readErr != nil {
				return r.explainPartial(env, cmp.Or(err, readErr), len(newIDs), "at least ")
			}
			added = slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool { return !members[id] })
		}
		r.countAdded(added)
		if err != nil && len(added) < len(ids) {
			return r.explainPartial(env, err, len(newIDs), "")
		}
		env.ReportProgress(r.Added, len(newIDs), "adding traces to the "+r.target.Kind())
	}
	return nil
}

// countAdded adds runs to the result's counts.
func (r *Result) countAdded(added []uuid.UUID) {
	r.Added += len(added)
	for _, id := range added {
		if r.selected.runs[id].Status == "error" {
			r.Failed++
		}
		if len(r.RunIDs) < maxRunIDs {
			r.RunIDs = append(r.RunIDs, id)
		}
	}
}

// explainPartial adds to an error how many traces were added before it.
func (r *Result) explainPartial(env *tool.Env, err error, of int, atLeast string) error {
	return tool.RefuseFor(err, "%s\n%s%s of %s were added to %s before that. Repeat the call to add the rest; nothing is added twice.",
		env.Explain(tool.Declaration{}, err), atLeast, wording.Thousands(r.Added), wording.Count(of, "trace"), r.label())
}

// TargetID returns the id of the dataset or queue, uuid.Nil if a dry run has found none.
func (r *Result) TargetID() uuid.UUID { return r.id }

// SetNextCall sets the next call of a dry run: the call of a tool that carries it out.
// own are the tool's own arguments, as names and values in turn.
func (r *Result) SetNextCall(name string, own ...any) {
	if !r.DryRun || r.Added == 0 {
		return
	}
	s := r.selected
	origin := s.origin()
	call := []any{"session_id", s.project.ID, "job_id", origin.Job, "cluster_id", origin.Cluster, "run_ids", s.args.RunIDs,
		"status", s.args.Status, "sort_by", s.args.SortBy, "limit", s.args.Limit}
	r.Next = tool.NewCall(name, append(call, own...)...)
}

func (r *Result) label() string {
	return r.target.Kind() + " " + markdown.Quote(r.name, markdown.MaxName)
}

// WriteCounts writes the numbers of traces that were added, or would be, that were
// members already, and that were left out, and what is to be read with caution.
func (r *Result) WriteCounts(b *strings.Builder) {
	s := r.selected
	traces := fmt.Sprintf("%s of %s", wording.Count(r.Added, "trace"), s.describeSource())
	target := r.label()
	if r.isNew {
		target = "the new " + target
	}
	switch {
	case len(s.ids) == 0:
		fmt.Fprintf(b, "Nothing to add to %s: %s.\n", r.label(), s.explainEmpty())
	case r.AlreadyThere == len(s.ids):
		fmt.Fprintf(b, "Nothing to add: %s already has %s of %s.\n", r.label(), wording.Count(r.AlreadyThere, "trace"), s.describeSource())
	case r.DryRun:
		fmt.Fprintf(b, "Dry run: nothing was changed. The same call without dry_run would add %s to %s.\n", traces, target)
	default:
		fmt.Fprintf(b, "Added %s to %s.\n", traces, target)
	}
	if r.Added > 0 {
		fmt.Fprintf(b, "%s of them had failed.\n", wording.Thousands(r.Failed))
	}
	if r.AlreadyThere > 0 && r.AlreadyThere < len(s.ids) {
		fmt.Fprintf(b, "It already has %s of them.\n", wording.Thousands(r.AlreadyThere))
	}
	if more := s.countOverLimit(); more > 0 {
		fmt.Fprintf(b, "%s left out by the limit of %s", wording.Count(more, "more is", "more are"), wording.Thousands(s.args.limit()))
		if s.total <= maxTraces {
			fmt.Fprintf(b, "; limit=%d adds all", s.total)
		}
		b.WriteString(".\n")
	}
	for _, caution := range r.Caution {
		b.WriteString(caution + "\n")
	}
}
