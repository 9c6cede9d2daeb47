package langsmith_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// fuzzResponse checks that any body is either decoded or returned as an *Error, and that the
// result does not contain the credential.
func fuzzResponse[T any](f *testing.F, seeds []string, call func(*testing.T, *langsmith.Client) (T, error)) {
	f.Helper()
	for _, seed := range append(seeds, ``, `null`, `{}`, `[]`, `"x"`, `<html>`, `{"id":`, `{"id":"`+key+`"}`) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		answer, err := call(t, client(newUpstream(newReply(http.StatusOK, body))))
		if err != nil {
			checkFailure(t, failure(t, err))
			return
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatalf("%q was decoded into a value that cannot be encoded: %v", body, err)
		}
		if strings.Contains(string(text), key) {
			t.Errorf("the key is in %s", text)
		}
	})
}

func checkFailure(t *testing.T, failed *langsmith.Error) {
	t.Helper()
	text := failed.Error()
	if strings.Contains(text, key) || len(text) > 32_000 || !utf8.ValidString(failed.Message) {
		t.Errorf("the error is %q", text)
	}
}

func FuzzReport(f *testing.F) {
	fuzzResponse(f, []string{
		`{"id":"22222222-2222-4222-8222-222222222222","status":"success","shape":{"a":1},"clusters":[{"id":"33333333-3333-4333-8333-333333333333","parent_id":null,"stats":{"error_rate":"0.5"}}],"report":{"title":"t","highlighted_traces":[{"rank":1}]}}`,
	}, func(t *testing.T, c *langsmith.Client) (*langsmith.Report, error) {
		report, err := c.GetJob(t.Context(), project, job)
		if err == nil {
			_ = report.NumRuns()
			for _, cluster := range report.Clusters {
				_, _ = cluster.Stats.Number(langsmith.StatErrorRate)
			}
		}
		return report, err
	})
}

func FuzzJobPage(f *testing.F) {
	fuzzResponse(f, []string{
		`{"clustering_jobs":[{"id":"22222222-2222-4222-8222-222222222222","created_at":"2026-01-31 10:00:00","config_id":null}]}`, `{"clustering_jobs":null}`,
	}, func(t *testing.T, c *langsmith.Client) (*langsmith.JobPage, error) {
		return c.ListJobs(t.Context(), project, uuid.Nil, 0, 0)
	})
}

func FuzzJobRuns(f *testing.F) {
	fuzzResponse(f, []string{
		`{"offset":3,"runs":[{"id":"x","attributes":{"a":null},"inputs":null,"inputs_preview":"p","b":1}]}`, `{"runs":[null,{}]}`,
	}, func(t *testing.T, c *langsmith.Client) (*langsmith.JobRunsPage, error) {
		page, err := c.ListJobRuns(t.Context(), project, job, langsmith.JobRunsQuery{Offset: 1})
		if err == nil && page.More && page.Next <= 1 {
			t.Error("the offset does not increase")
		}
		return page, err
	})
}

func FuzzConfigs(f *testing.F) {
	fuzzResponse(f, []string{`{"configs":[{"id":"x","config":{"a":null},"prebuilt":true}]}`},
		func(t *testing.T, c *langsmith.Client) ([]langsmith.Config, error) {
			return c.ListConfigs(t.Context(), project, true)
		})
}

func FuzzCreatedJob(f *testing.F) {
	fuzzResponse(f, []string{`{"id":"22222222-2222-4222-8222-222222222222","name":"n","status":"queued","error":null}`},
		func(t *testing.T, c *langsmith.Client) (*langsmith.CreatedJob, error) {
			created, err := c.CreateInsightsJob(t.Context(), project, &langsmith.CreateInsightsJobRequest{})
			if err == nil && created.ID == uuid.Nil {
				t.Error("a job without an id")
			}
			return created, err
		})
}

func FuzzProjects(f *testing.F) {
	fuzzResponse(f, []string{`[{"id":"11111111-1111-4111-8111-111111111111","run_count":1.5,"error_rate":"0.1","last_run_start_time":"2026-01-31"}]`},
		func(t *testing.T, c *langsmith.Client) ([]langsmith.Project, error) {
			return c.ListProjects(t.Context(), langsmith.ProjectsQuery{})
		})
}

func FuzzRuns(f *testing.F) {
	fuzzResponse(f, []string{`{"items":[{"id":"33333333-3333-4333-8333-333333333333","total_cost":"0.1","status":"ERROR","inputs":{"a":1}}]}`},
		func(t *testing.T, c *langsmith.Client) ([]langsmith.Run, error) {
			return c.ListRunsByID(t.Context(), project, []uuid.UUID{other})
		})
}

func FuzzQueueRuns(f *testing.F) {
	fuzzResponse(f, []string{`{"count":1,"items":[{"id":"33333333-3333-4333-8333-333333333333"},{"run_id":"22222222-2222-4222-8222-222222222222","id":"33333333-3333-4333-8333-333333333333"}],"next_cursor":"c"}`},
		func(t *testing.T, c *langsmith.Client) (*langsmith.QueueContents, error) {
			return c.ListQueueRuns(t.Context(), other, 10)
		})
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{"detail":"x"}`, `{"detail":[{"loc":["body","a",0],"msg":"m"},"t"]}`, `{"detail":{"error":"e","message":"m"}}`,
		`{"error":"code"}`, `{"error":{"code":"c","message":"m"}}`, `{"title":"t","detail":7}`, `{"error":"E","details":"d"}`, "<html>", "\xff\x00", key,
	} {
		f.Add(seed, 400)
		f.Add(seed, 429)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 300 || status > 599 {
			return
		}
		// Retry-After exceeds the bound, so that the request is not retried.
		reply := newReply(status, body, "Retry-After", "3600")
		checkFailure(t, failure(t, create(t.Context(), client(newUpstream(reply)))))
	})
}

func FuzzParseEndpoint(f *testing.F) {
	for _, seed := range []string{
		"", "https://api.smith.langchain.com/api/v1/", "https://host/api", "http://[::1]:80/x", "https://u:p@h", "h:1", "https://h:0", "\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := langsmith.ParseEndpoint(text)
		if err != nil {
			if !e.IsZero() {
				t.Error("got both an error and an endpoint")
			}
			return
		}
		again, err := langsmith.ParseEndpoint(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%q is parsed as %s, and that as %s: %v", text, e, again, err)
		}
		if !strings.HasPrefix(e.String(), "http://") && !strings.HasPrefix(e.String(), "https://") || strings.HasSuffix(e.String(), "/") {
			t.Errorf("%q is parsed as %s", text, e)
		}
	})
}

// Decoding and encoding a request keeps its fields.
func FuzzRequest(f *testing.F) {
	f.Add(everyField)
	f.Add(`{"sample":1e3,"name":null,"attribute_schemas":{"a":{"type":"boolean","filter_by":true}}}`)
	f.Fuzz(func(t *testing.T, given string) {
		var in, again langsmith.CreateInsightsJobRequest
		if json.Unmarshal([]byte(given), &in) != nil {
			return
		}
		_ = in.Check()
		text, err := json.Marshal(&in)
		if err != nil {
			t.Fatalf("%q was decoded into a value that cannot be encoded: %v", given, err)
		}
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if second, err := json.Marshal(&again); err != nil || string(second) != string(text) {
			t.Errorf("%s became %s: %v", text, second, err)
		}
	})
}
