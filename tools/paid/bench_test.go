package paid

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/tools/paid/state"
	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// BenchmarkCreate measures the cost of the guarantee: it compares a create through a
// ledger of each kind with the bare request, to the same sandbox over loopback. The
// metric "bare" is the ratio of the two, measured in one run.
func BenchmarkCreate(b *testing.B) {
	for _, kind := range []struct {
		name string
		spec func(*testing.B) string
	}{
		{"memory", func(*testing.B) string { return "memory" }},
		{"directory", func(b *testing.B) string { return b.TempDir() }},
		{"redis", func(b *testing.B) string { return redistest.Start(b).URL() }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			store, err := state.Open(kind.spec(b))
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = store.Close() }()
			benchmarkAgainstBare(b, New(Options{Store: store}))
		})
	}
}

// perProject is the number of jobs of one project, so that a growing list of jobs does
// not affect the measurement.
const perProject = 50

func benchmarkAgainstBare(b *testing.B, ledger *Ledger) {
	upstream := sandbox.New(sandbox.Options{Empty: true, JobDuration: time.Hour, Seed: uuid.NewString()})
	server := httptest.NewServer(upstream)
	defer server.Close()
	endpoint, err := langsmith.ParseEndpoint(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	transport := langsmith.NewTransport()
	defer transport.CloseIdleConnections()
	client := langsmith.New(langsmith.Options{Endpoint: endpoint, Credentials: langsmith.Credentials{APIKey: secret}, Transport: transport})
	ctx := context.Background()
	var projects [2]uuid.UUID
	var bare, kept time.Duration
	n := 0
	for b.Loop() {
		if n%perProject == 0 {
			for i := range projects {
				projects[i] = upstream.AddProject(sandbox.Project{Name: fmt.Sprint(n, i)})
			}
		}
		n++
		request := &langsmith.CreateInsightsJobRequest{Name: langsmith.Some(strconv.Itoa(n))}
		began := time.Now()
		if _, err := client.CreateInsightsJob(ctx, projects[0], request); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if _, err := ledger.Start(ctx, mustCall(b, client, projects[1], request)); err != nil {
			b.Fatal(err)
		}
		bare, kept = bare+middle.Sub(began), kept+time.Since(middle)
	}
	b.ReportMetric(float64(kept)/float64(bare), "bare")
	b.ReportMetric(float64(bare.Microseconds())/float64(n), "bare-µs")
	b.ReportMetric(float64(kept.Microseconds())/float64(n), "kept-µs")
	if err := ledger.Drain(ctx); err != nil {
		b.Fatal(err)
	}
}
