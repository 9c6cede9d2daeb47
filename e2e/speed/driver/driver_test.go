package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"langsmith-insights-mcp/e2e/speed/load"
)

// fakeRunner is a runner that reports a number of calls.
type fakeRunner struct{ calls int }

func (c fakeRunner) Run(load.Bounds) (load.Result, error) { return load.Result{Calls: c.calls}, nil }
func (fakeRunner) Close() error                           { return nil }

func TestRunChecksUpstreamCounts(t *testing.T) {
	for name, test := range map[string]struct {
		calls         int
		before, after string
		fits          bool
	}{
		"one POST a call":      {3, `{"posts":10,"lists":1}`, `{"posts":13,"lists":2}`, true},
		"a job too many":       {3, `{"posts":10}`, `{"posts":14}`, false},
		"a call without a job": {3, `{"posts":10}`, `{"posts":12}`, false},
		"an unknown request":   {3, `{"posts":10,"others":4}`, `{"posts":13,"others":5}`, false},
		"no call":              {0, `{"posts":10}`, `{"posts":10}`, false},
		"no upstream":          {3, `<html>`, `{"posts":3}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, []string{test.before, test.after}[asked])
				asked++
			}))
			defer server.Close()
			counting := &upstream{addr: server.Listener.Addr().String()}
			if _, made, err := counting.runCounted(fakeRunner{test.calls}, load.Bounds{}); (err == nil) != test.fits {
				t.Errorf("made %+v, %v", made, err)
			}
		})
	}
}

func TestShuffle(t *testing.T) {
	list := []string{"a", "b", "c"}
	orders, firsts := map[string]bool{}, map[string]int{}
	for round := range 60 {
		order := shuffle(list, round)
		if again := shuffle(list, round); !slices.Equal(order, again) {
			t.Fatalf("round %d: %v, then %v", round, order, again)
		}
		orders[strings.Join(order, "")] = true
		firsts[order[0]]++
	}
	if len(orders) != 6 || firsts["a"] < 10 || firsts["b"] < 10 || firsts["c"] < 10 {
		t.Errorf("orders %v, first %v", orders, firsts)
	}
	if strings.Join(list, "") != "abc" {
		t.Errorf("the list itself is now %v", list)
	}
}

func TestUnknownOptions(t *testing.T) {
	for _, args := range []string{"--servers ours,mcpgo", "--transports sse", "--stdio-callers 1,x", "--http-callers 0", "--cell 0", "--projects 0"} {
		if _, _, _, err := parse(strings.Fields(args)); err == nil {
			t.Errorf("%s is accepted", args)
		}
	}
	all, _, _, err := parse(nil)
	if err != nil || !slices.Equal(all.servers, serverNames()) || len(all.transports) != 2 {
		t.Errorf("by default %+v, %v", all, err)
	}
}

func TestReplaceTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "speed.md")
	document := "# Speed\n\n" + tablesBegin + "\n\nold\n\n" + tablesEnd + "\n\nWords.\n"
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceTables(path, "| new |\n\n"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if want := strings.Replace(document, "old", "| new |", 1); err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if err := os.WriteFile(path, []byte("# Speed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceTables(path, "| new |"); err == nil {
		t.Error("a document without the lines around tables was rewritten")
	}
}

func TestTables(t *testing.T) {
	b := &bench{options: options{servers: []string{"ours", mcpGo}, callers: map[transport][]int{stdio: {1}}}}
	cells := func(rates ...float64) (made []cell) {
		for _, rate := range rates {
			made = append(made, cell{rate: rate, p50: 1, p99: 2, cpu: 1e6 / rate, lists: 0.01})
		}
		return made
	}
	measured := throughput{
		{stdio, 1, direct}: cells(1000, 500, 1000),
		{stdio, 1, "ours"}: cells(190, 95, 100),
		{stdio, 1, mcpGo}:  cells(200, 100, 100),
	}
	var table strings.Builder
	b.writeThroughput(&table, measured, stdio)
	for _, want := range []string{
		"| 1 | direct POST | 1000 | 1.00 | 5.00 (5.00-10.00) | 1.00 | 2.00 | - | - |\n",
		"| 1 | langsmith-insights-mcp | 100 | 0.19 | 0.95 (0.95-1.00) | 1.00 | 2.00 | 10000 | 1.05 |\n",
		"| 1 | mcp-go, minimal | 100 | 0.20 | 1.00 (1.00-1.00) | 1.00 | 2.00 | 10000 | 1.00 |\n",
		"langsmith-insights-mcp also sent 0.010 requests per call for the project's list of jobs (median).",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, table.String())
		}
	}
}
