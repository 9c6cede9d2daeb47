package samples

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

// generator generates the runs of one project from scenarios.
type generator struct {
	project    string
	agent      string // the name of its root runs
	seed       uint64
	now        time.Time
	threads    float64 // share of conversations with several turns
	scale      float64 // factor on the scenarios' counts; 0 for 1
	priced     bool    // its models have known prices
	rated      float64 // share of conversations with feedback
	questions  bool    // inputs are a question, not messages
	experiment bool

	rng  *rand.Rand
	ids  int
	runs []trace.Run
}

const week = 7 * 24 * time.Hour

func (g *generator) generate(scenarios []scenario) []trace.Run {
	g.rng = rand.New(rand.NewPCG(g.seed, 20260302))
	for which := range 2 {
		from := g.now.Add(-2*week + time.Duration(which)*week)
		for _, s := range scenarios {
			for range g.scaleCount(s.Weeks[which]) {
				g.addConversation(s, g.randomTime(from))
			}
		}
	}
	return g.runs
}

func (g *generator) scaleCount(of int) int {
	if g.scale == 0 || of == 0 {
		return of
	}
	return int(math.Ceil(float64(of) * g.scale))
}

// randomTime returns a time within a week, more often by day than by night, with a margin
// at both ends so that no conversation crosses them.
func (g *generator) randomTime(from time.Time) time.Time {
	day := time.Duration(g.rng.IntN(7)) * 24 * time.Hour
	hour := (g.rng.Float64() + g.rng.Float64()) / 2 * 23 // noon is likelier than midnight
	return from.Add(day + time.Duration(hour*float64(time.Hour))).Truncate(time.Microsecond)
}

// addConversation adds a trace for each turn of a conversation.
func (g *generator) addConversation(s scenario, at time.Time) {
	threaded := g.rng.Float64() < g.threads
	turns := simulate(g.rng, s, threaded)
	facts := map[string]any{
		"title":    g.pickTitle(s),
		"channel":  pick(g.rng, []string{"web", "web", "app", "email"}),
		"customer": pick(g.rng, []string{"guest", "member", "member"}),
		"revision": "support-2026-02",
	}
	if threaded {
		facts["thread_id"] = g.newID("thread").String()
	}
	for i, t := range turns {
		root := g.rootRun(s, t, facts, at)
		if i == len(turns)-1 {
			g.addFeedback(&root, s, turns)
		}
		g.runs = append(g.runs, root)
		g.runs = append(g.runs, g.childRuns(s, t, root)...)
		at = root.End.Add(time.Duration(20+g.rng.IntN(90)) * time.Second)
	}
}

// pickTitle returns the first title most of the time.
func (g *generator) pickTitle(s scenario) string {
	if g.rng.Float64() < 0.5 {
		return s.Titles[0]
	}
	return pick(g.rng, s.Titles)
}

func (g *generator) newID(kind string) uuid.UUID {
	g.ids++
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "sandbox/%s/%s/%d", g.project, kind, g.ids))
}

func (g *generator) rootRun(s scenario, t turn, facts map[string]any, at time.Time) trace.Run {
	id := g.newID("run")
	r := trace.Run{
		ID:       id,
		TraceID:  id,
		Name:     g.agent,
		Type:     trace.Chain,
		Start:    at,
		End:      at.Add(t.took),
		Status:   trace.Success,
		Metadata: facts,
	}
	r.ThreadID, _ = facts["thread_id"].(string)
	given := t.messages
	if !t.crashed {
		given = t.messages[:len(t.messages)-1]
		r.Outputs = g.messagesObject(t.messages)
	}
	r.Inputs = g.messagesObject(given)
	if g.questions {
		r.Inputs = map[string]any{"question": given[0].Content}
		if !t.crashed {
			r.Outputs = map[string]any{"answer": t.messages[1].Content}
		}
	}
	if s.Area != "" {
		r.Tags = []string{s.Area}
	}
	if t.crashed {
		r.Status, r.Error = trace.Failed, s.Failure
	}
	if g.experiment {
		r.ReferenceExample = g.newID("example")
	}
	g.addCost(&r, s, t)
	return r
}

func (g *generator) messagesObject(messages []trace.Message) map[string]any {
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"role": m.Role, "content": m.Content}
	}
	return map[string]any{"messages": list}
}

// addCost sets the tokens by the length of the texts and a fixed system prompt, and the
// cost.
func (g *generator) addCost(r *trace.Run, s scenario, t turn) {
	if s.Unpriced {
		return
	}
	words := 0
	for _, m := range t.messages {
		words += len(m.Content) / 4
	}
	r.PromptTokens = 850 + 2*words + g.rng.IntN(200)
	r.CompletionTokens = 40 + words/2 + g.rng.IntN(60)
	if g.questions { // the agent reads sources
		r.PromptTokens *= 14
		r.CompletionTokens *= 6
	}
	if g.priced {
		cost := float64(r.PromptTokens)*2.5e-6 + float64(r.CompletionTokens)*1e-5
		cost = math.Round(cost*1e6) / 1e6
		r.Cost = &cost
	}
}

func (g *generator) addFeedback(r *trace.Run, s scenario, turns []turn) {
	if s.Satisfied < 0 || g.rng.Float64() >= g.rated {
		return
	}
	chance := s.Satisfied
	if !isResolved(turns) {
		chance /= 4
	}
	score := 0.0
	if g.rng.Float64() < chance {
		score = 1
	}
	r.Feedback = map[string]float64{"user_score": score}
}

// childRuns returns the child runs of a root: the model's, and the tool's if it was
// called.
func (g *generator) childRuns(s scenario, t turn, root trace.Run) []trace.Run {
	model := trace.Run{
		ID: g.newID("run"), TraceID: root.ID, ParentID: root.ID, Name: "ChatModel", Type: trace.LLM,
		Start: root.Start.Add(time.Millisecond), End: root.Start.Add(t.took / 3), Status: trace.Success,
		Inputs: root.Inputs, Outputs: root.Outputs, Metadata: map[string]any{"ls_model_name": "sandbox-model"},
		PromptTokens: root.PromptTokens, CompletionTokens: root.CompletionTokens, Cost: root.Cost,
		ThreadID: root.ThreadID, Tags: []string{"seq:step:1"},
	}
	if !t.called {
		return []trace.Run{model}
	}
	tool := trace.Run{
		ID: g.newID("run"), TraceID: root.ID, ParentID: root.ID, Name: s.Tool, Type: trace.Tool,
		Start: model.End, End: root.End.Add(-time.Millisecond), Status: trace.Success,
		Inputs:   map[string]any{"request": t.messages[len(t.messages)-1].Content},
		Outputs:  map[string]any{"ok": true},
		Metadata: map[string]any{"attempt": 1.0},
		ThreadID: root.ThreadID, Tags: []string{"seq:step:2"},
	}
	if t.failed {
		tool.Status, tool.Error, tool.Outputs = trace.Failed, s.Failure, nil
	}
	return []trace.Run{model, tool}
}
