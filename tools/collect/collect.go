// Package collect puts the traces of a report into a dataset or an annotation
// queue, each of them once.
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

// Target is a kind of thing that holds chosen runs: datasets, or annotation
// queues.
type Target interface {
	Kind() string
	// Find lists those that have a name.
	Find(ctx context.Context, name string) ([]uuid.UUID, error)
	Create(ctx context.Context, name string) (uuid.UUID, error)
	// Members returns the runs in it.
	Members(ctx context.Context, id uuid.UUID) (map[uuid.UUID]bool, error)
	// Add puts in runs that it does not hold, as many as one request takes, and
	// returns how many LangSmith confirms.
	Add(ctx context.Context, id uuid.UUID, runs []langsmith.Run) (int, error)
	// Confirm has a person agree where adding so many costs money.
	Confirm(ctx context.Context, runs int) error
}

// Result is what became of a call that collects runs. In a dry run the
// counts are what the call would do.
type Result struct {
	Added        int  `json:"added"`
	AlreadyThere int  `json:"already_there"`
	LeftOut      int  `json:"left_out"`
	DryRun       bool `json:"dry_run,omitempty"`

	// Failed is how many of the added traces had failed.
	Failed int `json:"failed"`
	// RunIDs are the added traces, at most [mostRunIDs].
	RunIDs []uuid.UUID `json:"run_ids,omitempty"`

	into   Target
	chosen *chosen
	name   string
	id     uuid.UUID // uuid.Nil while there is none
	isNew  bool
}

// mostRunIDs bounds how many ids a result lists.
const mostRunIDs = 100

// collectedAtOnce is how many runs one request adds.
const collectedAtOnce = 100

// Runs puts chosen runs into the collection of a name, which is made if it is
// missing, and none that it holds already.
func Runs(ctx context.Context, env *tool.Env, args Args, into Target, name string) (*Result, error) {
	chosen, err := choose(ctx, env, args)
	if err != nil {
		return nil, err
	}
	done, err := env.Locks.Lock(ctx, into.Kind()+" "+name)
	if err != nil {
		return nil, err
	}
	defer done()
	c := &Result{DryRun: args.DryRun, into: into, chosen: chosen, name: name, LeftOut: chosen.beyond() + chosen.gone}
	found, err := into.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	var held map[uuid.UUID]bool
	switch len(found) {
	case 0:
		c.isNew = true
	case 1:
		c.id = found[0]
		if held, err = into.Members(ctx, c.id); err != nil {
			return nil, err
		}
	default:
		return nil, tool.Refuse("%d %ss are called %s, and which one is meant cannot be told. Rename one in LangSmith, or give another name.\nNothing was changed.", len(found), into.Kind(), markdown.Quote(name, markdown.MaxName))
	}
	fresh := slices.DeleteFunc(slices.Clone(chosen.ids), func(id uuid.UUID) bool { return held[id] })
	c.AlreadyThere = len(chosen.ids) - len(fresh)
	if args.DryRun || len(fresh) == 0 {
		c.count(fresh)
		return c, nil
	}
	if err := into.Confirm(ctx, len(fresh)); err != nil {
		return nil, err
	}
	if c.isNew {
		if c.id, err = c.make(ctx); err != nil {
			return nil, err
		}
	}
	return c, c.addAll(ctx, env, fresh)
}

// make makes the collection. Where that failed it may have worked, or somebody
// else was first: the name tells.
func (c *Result) make(ctx context.Context) (uuid.UUID, error) {
	id, err := c.into.Create(ctx, c.name)
	if err == nil {
		return id, nil
	}
	if found, findErr := c.into.Find(ctx, c.name); findErr == nil && len(found) == 1 {
		return found[0], nil
	}
	return uuid.Nil, err
}

// addAll adds what is not there. A request that failed may have worked all the
// same, so what is there then is looked up before it counts as failed.
func (c *Result) addAll(ctx context.Context, e *tool.Env, fresh []uuid.UUID) error {
	for runs := range slices.Chunk(fresh, collectedAtOnce) {
		asked := len(runs)
		confirmed, err := c.into.Add(ctx, c.id, c.chosen.lookUp(runs))
		if tool.IsInterruption(err) {
			return err
		}
		if err != nil || confirmed != len(runs) {
			held, lookErr := c.into.Members(ctx, c.id)
			if lookErr != nil {
				return c.brokenOff(e, cmp.Or(err, lookErr), len(fresh), "at least ")
			}
			runs = slices.DeleteFunc(slices.Clone(runs), func(id uuid.UUID) bool { return !held[id] })
			c.count(runs)
			if err != nil && len(runs) < asked {
				return c.brokenOff(e, err, len(fresh), "")
			}
		} else {
			c.count(runs)
		}
		e.ReportProgress(c.Added, len(fresh), "adding traces to the "+c.into.Kind())
	}
	return nil
}

// brokenOff tells how far the adding came.
func (c *Result) brokenOff(e *tool.Env, err error, of int, atLeast string) error {
	return tool.Refuse("%s\n%s%s of %s were added to %s before that. The same call again adds the rest, and nothing twice.",
		e.Explain(tool.Declaration{}, err), atLeast, wording.Thousands(c.Added), wording.Count(of, "trace"), c.label())
}

// count counts runs as added.
func (c *Result) count(added []uuid.UUID) {
	c.Added += len(added)
	for _, id := range added {
		if c.chosen.runs[id].Status == "error" {
			c.Failed++
		}
		if len(c.RunIDs) < mostRunIDs {
			c.RunIDs = append(c.RunIDs, id)
		}
	}
}

// TargetID returns the id of the target; uuid.Nil where a dry run has found none.
func (c *Result) TargetID() uuid.UUID { return c.id }

func (c *Result) label() string {
	return c.into.Kind() + " " + markdown.Quote(c.name, markdown.MaxName)
}

// WriteCounts says what was added, or would be, what was there and what was not
// taken.
func (c *Result) WriteCounts(b *strings.Builder) {
	traces := fmt.Sprintf("%s of %s", wording.Count(c.Added, "trace"), c.chosen.of())
	where := c.label()
	if c.isNew {
		where = "the new " + where
	}
	switch {
	case len(c.chosen.ids) == 0:
		fmt.Fprintf(b, "Nothing to add to %s: %s.\n", c.label(), c.chosen.none())
	case c.AlreadyThere == len(c.chosen.ids):
		fmt.Fprintf(b, "Nothing to add: %s already holds %s of %s.\n", c.label(), wording.Count(c.AlreadyThere, "trace"), c.chosen.of())
	case c.DryRun:
		fmt.Fprintf(b, "Dry run: nothing was changed. The same call without dry_run would add %s to %s.\n", traces, where)
	default:
		fmt.Fprintf(b, "Added %s to %s.\n", traces, where)
	}
	if c.Added > 0 {
		fmt.Fprintf(b, "%s of them had failed.\n", wording.Thousands(c.Failed))
	}
	if c.AlreadyThere > 0 && c.AlreadyThere < len(c.chosen.ids) {
		fmt.Fprintf(b, "It holds %s of them already.\n", wording.Thousands(c.AlreadyThere))
	}
	if beyond := c.chosen.beyond(); beyond > 0 {
		fmt.Fprintf(b, "%s left out by the limit of %s", wording.Count(beyond, "more is", "more are"), wording.Thousands(c.chosen.args.limit()))
		if c.chosen.total <= mostChosen {
			fmt.Fprintf(b, "; limit=%d takes all", c.chosen.total)
		}
		b.WriteString(".\n")
	}
	if c.chosen.gone > 0 {
		fmt.Fprintf(b, "Left out: %s that LangSmith does not hold in this project, or no longer.\n", wording.Count(c.chosen.gone, "run"))
	}
}
