package samples

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// writer turns stories into the runs of one project.
type writer struct {
	project    string
	agent      string // the name of its root runs
	seed       uint64
	now        time.Time
	threads    float64 // share of conversations with several turns
	scale      float64 // of the stories' counts; 0: as they are
	priced     bool    // its models have known prices
	rated      float64 // share of conversations that got feedback
	questions  bool    // inputs are a question, not messages
	experiment bool

	rng     *rand.Rand
	written int
	runs    []trace.Run
}

const week = 7 * 24 * time.Hour

func (w *writer) write(stories []story) []trace.Run {
	w.rng = rand.New(rand.NewPCG(w.seed, 20260302))
	for which := range 2 {
		from := w.now.Add(-2*week + time.Duration(which)*week)
		for _, s := range stories {
			for range w.count(s.weeks[which]) {
				w.conversation(s, w.moment(from))
			}
		}
	}
	return w.runs
}

func (w *writer) count(of int) int {
	if w.scale == 0 || of == 0 {
		return of
	}
	return int(math.Ceil(float64(of) * w.scale))
}

// moment picks a time within a week, more often by day than by night. It keeps
// a margin to both ends, so that no conversation crosses them.
func (w *writer) moment(from time.Time) time.Time {
	day := time.Duration(w.rng.IntN(7)) * 24 * time.Hour
	hour := (w.rng.Float64() + w.rng.Float64()) / 2 * 23 // a hump in the middle
	return from.Add(day + time.Duration(hour*float64(time.Hour))).Truncate(time.Microsecond)
}

// conversation writes one trace for each of its turns.
func (w *writer) conversation(s story, at time.Time) {
	threaded := w.rng.Float64() < w.threads
	turns := converse(w.rng, s, threaded)
	facts := map[string]any{
		"title":    w.title(s),
		"channel":  pick(w.rng, []string{"web", "web", "app", "email"}),
		"customer": pick(w.rng, []string{"guest", "member", "member"}),
		"revision": "support-2026-02",
	}
	if threaded {
		facts["thread_id"] = w.id("thread").String()
	}
	for i, t := range turns {
		root := w.root(s, t, facts, at)
		if i == len(turns)-1 {
			w.rate(&root, s, turns)
		}
		w.runs = append(w.runs, root)
		w.runs = append(w.runs, w.steps(s, t, root)...)
		at = root.End.Add(time.Duration(20+w.rng.IntN(90)) * time.Second)
	}
}

// title is mostly the usual one: an agent heads like with like.
func (w *writer) title(s story) string {
	if w.rng.Float64() < 0.5 {
		return s.titles[0]
	}
	return pick(w.rng, s.titles)
}

func (w *writer) id(kind string) uuid.UUID {
	w.written++
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "sandbox/%s/%s/%d", w.project, kind, w.written))
}

func (w *writer) root(s story, t turn, facts map[string]any, at time.Time) trace.Run {
	id := w.id("run")
	r := trace.Run{
		ID:       id,
		TraceID:  id,
		Name:     w.agent,
		Type:     trace.Chain,
		Start:    at,
		End:      at.Add(t.took),
		Status:   trace.Success,
		Metadata: facts,
	}
	r.ThreadID, _ = facts["thread_id"].(string)
	given := t.messages
	if !t.broke {
		given = t.messages[:len(t.messages)-1]
		r.Outputs = w.said(t.messages)
	}
	r.Inputs = w.said(given)
	if w.questions {
		r.Inputs = map[string]any{"question": given[0].Content}
		if !t.broke {
			r.Outputs = map[string]any{"answer": t.messages[1].Content}
		}
	}
	if s.area != "" {
		r.Tags = []string{s.area}
	}
	if t.broke {
		r.Status, r.Error = trace.Failed, s.failure
	}
	if w.experiment {
		r.ReferenceExample = w.id("example")
	}
	w.price(&r, s, t)
	return r
}

func (w *writer) said(messages []trace.Message) map[string]any {
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"role": m.Role, "content": m.Content}
	}
	return map[string]any{"messages": list}
}

// price counts tokens by the length of the texts, over a fixed system prompt.
func (w *writer) price(r *trace.Run, s story, t turn) {
	if s.priceless {
		return
	}
	words := 0
	for _, m := range t.messages {
		words += len(m.Content) / 4
	}
	r.PromptTokens = 850 + 2*words + w.rng.IntN(200)
	r.CompletionTokens = 40 + words/2 + w.rng.IntN(60)
	if w.questions { // sources are read along
		r.PromptTokens *= 14
		r.CompletionTokens *= 6
	}
	if w.priced {
		cost := float64(r.PromptTokens)*2.5e-6 + float64(r.CompletionTokens)*1e-5
		cost = math.Round(cost*1e6) / 1e6
		r.Cost = &cost
	}
}

func (w *writer) rate(r *trace.Run, s story, turns []turn) {
	if s.happy < 0 || w.rng.Float64() >= w.rated {
		return
	}
	chance := s.happy
	if !resolved(turns) {
		chance /= 4
	}
	score := 0.0
	if w.rng.Float64() < chance {
		score = 1
	}
	r.Feedback = map[string]float64{"user_score": score}
}

// steps are the runs below a root: the model's turn, and the tool's where it was used.
func (w *writer) steps(s story, t turn, root trace.Run) []trace.Run {
	model := trace.Run{
		ID: w.id("run"), TraceID: root.ID, ParentID: root.ID, Name: "ChatModel", Type: trace.LLM,
		Start: root.Start.Add(time.Millisecond), End: root.Start.Add(t.took / 3), Status: trace.Success,
		Inputs: root.Inputs, Outputs: root.Outputs, Metadata: map[string]any{"ls_model_name": "sandbox-model"},
		PromptTokens: root.PromptTokens, CompletionTokens: root.CompletionTokens, Cost: root.Cost,
		ThreadID: root.ThreadID, Tags: []string{"seq:step:1"},
	}
	if !t.called {
		return []trace.Run{model}
	}
	tool := trace.Run{
		ID: w.id("run"), TraceID: root.ID, ParentID: root.ID, Name: s.tool, Type: trace.Tool,
		Start: model.End, End: root.End.Add(-time.Millisecond), Status: trace.Success,
		Inputs:   map[string]any{"request": t.messages[len(t.messages)-1].Content},
		Outputs:  map[string]any{"ok": true},
		Metadata: map[string]any{"attempt": 1.0},
		ThreadID: root.ThreadID, Tags: []string{"seq:step:2"},
	}
	if t.failed {
		tool.Status, tool.Error, tool.Outputs = trace.Failed, s.failure, nil
	}
	return []trace.Run{model, tool}
}
