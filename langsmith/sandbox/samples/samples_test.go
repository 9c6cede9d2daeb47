package samples_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/samples"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

var now = time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC)

func project(t *testing.T, name string) []*trace.Run {
	t.Helper()
	for _, p := range samples.Projects(now) {
		if p.Name == name {
			var runs []*trace.Run
			for i := range p.Runs {
				runs = append(runs, &p.Runs[i])
			}
			return runs
		}
	}
	t.Fatalf("no project %s", name)
	return nil
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]int{ // root runs and conversations
		samples.ChatProd:      {451, 307},
		samples.ChatStaging:   {70, 60},
		samples.ResearchAgent: {80, 80},
		samples.Experiment:    {34, 34},
	} {
		runs := project(t, name)
		roots := 0
		for _, r := range runs {
			if r.IsRoot() {
				roots++
			}
		}
		if got := [2]int{roots, len(trace.Conversations(runs))}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// Every run is valid, and consistent with its trace.
func TestRunsAreValid(t *testing.T) {
	t.Parallel()
	ids := make(map[uuid.UUID]bool)
	for _, p := range samples.Projects(now) {
		byID := make(map[uuid.UUID]*trace.Run)
		for i := range p.Runs {
			byID[p.Runs[i].ID] = &p.Runs[i]
		}
		for _, r := range byID {
			if ids[r.ID] {
				t.Errorf("id %s twice", r.ID)
			}
			ids[r.ID] = true
			took, ended := r.Latency()
			if !ended || took <= 0 || r.Start.Before(now.Add(-14*24*time.Hour)) || r.End.After(now) {
				t.Errorf("%s: from %v to %v", r.Name, r.Start, r.End)
			}
			if (r.Status == trace.Failed) != (r.Error != "") || r.Name == "" || r.Inputs == nil {
				t.Errorf("the run is %+v", r)
			}
			if strings.Contains(trace.Text(r.Inputs)+trace.Text(r.Outputs), "{") {
				t.Errorf("a placeholder was not replaced: %v", r.Inputs)
			}
			if parent := byID[r.ParentID]; !r.IsRoot() && (parent == nil || parent.TraceID != r.TraceID || r.Start.Before(parent.Start) || r.End.After(parent.End)) {
				t.Errorf("%s does not fit into its trace", r.ID)
			}
			if p.Experiment && r.IsRoot() == (r.ReferenceExample == uuid.Nil) {
				t.Errorf("%s: reference example %s", r.ID, r.ReferenceExample)
			}
		}
	}
}

// The flaw that a report should find: after a tool error the agent repeats a question that
// the user has answered.
func TestAgentRepeatsQuestion(t *testing.T) {
	t.Parallel()
	repeated, failed := 0, 0
	runs := project(t, samples.ChatProd)
	for _, r := range runs {
		var asked []string
		for _, m := range r.Messages() {
			if m.Role == "assistant" && slices.Contains(asked, m.Content) {
				repeated++
				if slices.ContainsFunc(runs, func(step *trace.Run) bool {
					return step.Type == trace.Tool && step.Error != "" && step.ThreadID == r.ThreadID
				}) {
					failed++
				}
				break
			}
			asked = append(asked, m.Content)
		}
	}
	if repeated < 30 || failed != repeated {
		t.Errorf("%d runs with a repeated question, %d after a tool error", repeated, failed)
	}
}

func TestVariety(t *testing.T) {
	t.Parallel()
	texts, areas := make(map[string]bool), make(map[string]bool)
	cheap, rated := 0, 0
	runs := project(t, samples.ChatProd)
	for _, r := range trace.Conversations(runs) {
		texts[r.UserText()] = true
		for _, tag := range r.Tags {
			areas[tag] = true
		}
		if r.Cost == nil {
			cheap++
		}
		if r.Feedback != nil {
			rated++
		}
	}
	if len(texts) < 280 || len(areas) != 7 || cheap < 20 || rated < 60 {
		t.Errorf("%d texts, areas %v, %d without a cost, %d rated", len(texts), areas, cheap, rated)
	}
}

// Samples of different times differ only in their times.
func TestSamplesDependOnlyOnTime(t *testing.T) {
	t.Parallel()
	const later = 1000 * time.Hour
	a, b := samples.Projects(now), samples.Projects(now.Add(later))
	for i := range a {
		for k := range a[i].Runs {
			x, y := a[i].Runs[k], b[i].Runs[k]
			y.Start, y.End = y.Start.Add(-later), y.End.Add(-later)
			if !reflect.DeepEqual(x, y) {
				t.Fatalf("%+v\n%+v", x, y)
			}
		}
	}
}
