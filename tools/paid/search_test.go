package paid

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/tools/paid/state"
)

// An equal call starts a job only if its last look shows that there is none.
func TestInconclusiveLook(t *testing.T) {
	const row = `{"clustering_jobs":[{"id":%q,"status":"running"}]}`
	for name, fault := range map[string]sandbox.Fault{
		"fails":                       {Status: 503},
		"is null":                     {Body: `{"clustering_jobs":null}`},
		"has a row without an id":     {Body: `{"clustering_jobs":[{"id":null}]}`},
		"is empty, though it was not": {Body: `{"clustering_jobs":[]}`},
		"lacks a job that it had":     {Body: row},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{})
				first := w.start(t, w.call(withContext("something else")))
				w.start(t, w.call(withContext("a third thing")))
				loseResponse(t, w)
				time.Sleep(LongestLag)
				fault.Method, fault.Path = "GET", insightsPost
				fault.Skip = 2 // the list that comes before the looks, and the first look
				fault.Body = strings.ReplaceAll(fault.Body, "%q", `"`+first.Job.ID.String()+`"`)
				restore := w.Inject(fault)
				var uncertain *UncertainError
				_, err := w.ledger.Start(t.Context(), w.call())
				if !errors.As(err, &uncertain) || uncertain.LookErr == nil || w.posts() != 3 {
					t.Errorf("%d requests: %v, %+v", w.posts(), err, uncertain)
				}
				restore()
				time.Sleep(listAge)
				if outcome := w.start(t, w.call()); outcome.AlreadyRunning {
					t.Errorf("%+v", outcome)
				}
				wantJobs(t, w, 3)
				w.drain(t)
			})
		})
	}
}

// A job that was deleted through this server is not missing from a list.
func TestLookAfterDeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		other := w.start(t, w.call(withContext("something else")))
		loseResponse(t, w)
		if _, err := w.client.DeleteJob(t.Context(), w.project, other.Job.ID); err != nil {
			t.Fatal(err)
		}
		w.ledger.RecordDeleted(t.Context(), w.client, w.project, other.Job.ID)
		time.Sleep(LongestLag)
		if outcome := w.start(t, w.call()); outcome.AlreadyRunning || w.JobsStarted() != 2 {
			t.Errorf("%d jobs, %+v", w.JobsStarted(), outcome)
		}
		w.drain(t)
	})
}

// A job on one page of a list is found, even if the next page fails.
func TestLookWithoutSecondPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		loseResponse(t, w)
		time.Sleep(LongestLag)
		late := uuid.New()
		var rows []string
		for n := range listPage - 1 { // in no order
			rows = append(rows, fmt.Sprintf(`{"id":%q,"status":"success","created_at":"1999-01-%02dT00:00:00Z"}`, uuid.New(), 1+n*7%28))
		}
		rows = append(rows, fmt.Sprintf(`{"id":%q,"status":"running","created_at":%q}`, late, time.Now().UTC().Format(time.RFC3339)))
		isSecond := func(r sandbox.Request) bool { return strings.Contains(r.RawQuery, fmt.Sprint("offset=", listPage)) }
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Match: isSecond, Status: 500})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[` + strings.Join(rows, ",") + `]}`})
		var uncertain *UncertainError
		_, err := w.ledger.Start(t.Context(), w.call())
		if !errors.As(err, &uncertain) || len(uncertain.Found) != 1 || uncertain.Found[0].ID != late || w.posts() != 1 {
			t.Errorf("%d requests: %v, %+v", w.posts(), err, uncertain)
		}
		w.drain(t)
	})
}

// An acknowledged job that its own read does not show counts as running if the list is
// incomplete, which does not prove that it is gone.
func TestAcknowledgedJobWithPartialList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		first := w.start(t, w.call())
		w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: `{"detail":"not found"}`})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[{"id":null}]}`})
		for range 4 {
			time.Sleep(LongestLag)
			if again := w.start(t, w.call()); again.Job.ID != first.Job.ID || !again.AlreadyRunning {
				t.Errorf("%+v", again)
			}
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// loseResponse loses a call's request and its response.
func loseResponse(t *testing.T, w *fixture) {
	t.Helper()
	w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropBefore: true})
	var uncertain *UncertainError
	if _, err := w.ledger.Start(context.Background(), w.call()); !errors.As(err, &uncertain) {
		t.Fatalf("got %v", err)
	}
}

// A job that is found may belong to a call whose memory is damaged: the result says that it
// was not read.
func TestFoundJobBesideDamagedState(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		w.start(t, w.call(withContext("something else")))
		w.drain(t)
		log := onlyLog(t, path)
		if err := os.WriteFile(log, []byte(`{"v":1,"token":"torn`), 0o600); err != nil {
			t.Fatal(err)
		}
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropAfter: true})
		outcome := w.start(t, w.call())
		if !outcome.Probably || !slices.Equal(outcome.Notes, []string{noteNoSurvey}) {
			t.Errorf("got %+v", outcome)
		}
		w.drain(t)
	})
}

// No client can prevent this: a request is processed after the last look, and more than
// two minutes after its response was lost. Both jobs are returned from then on.
func TestJobShownAfterLastLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, ProcessLate: 5 * time.Minute})
		var uncertain *UncertainError
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &uncertain) {
			t.Fatalf("got %v", err)
		}
		time.Sleep(LongestLag)
		second := w.start(t, w.call())
		if second.AlreadyRunning || second.Probably || !slices.Equal(second.Notes, []string{noteUnresolved}) {
			t.Errorf("%+v", second)
		}
		time.Sleep(5 * time.Minute)
		again := w.start(t, w.call())
		if again.Job.ID != second.Job.ID || !again.AlreadyRunning || len(again.Others) != 1 || again.Others[0].ID == second.Job.ID {
			t.Errorf("%+v", again)
		}
		wantJobs(t, w, 2)
		w.drain(t)
	})
}

// Ten minutes after a lost response, equal calls no longer look for its job.
func TestLostResponseAfterTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		loseResponse(t, w)
		time.Sleep(LookAgain)
		before := w.count("GET")
		if outcome := w.start(t, w.call()); outcome.AlreadyRunning || outcome.Probably || w.count("GET") != before+1 {
			t.Errorf("after %d lists: %+v", w.count("GET")-before, outcome)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// An unordered list of several pages proves that there is no job if all pages are there
// and none of the known jobs is missing.
func TestLookAtSeveralPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		var rows []string
		for n := range listPage + 50 {
			rows = append(rows, fmt.Sprintf(`{"id":%q,"status":"success","created_at":"1999-01-%02dT00:00:00Z"}`, uuid.New(), 1+n*7%28))
		}
		list := func(rows []string) (remove func()) {
			second := w.Inject(sandbox.Fault{
				Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[` + strings.Join(rows[listPage:], ",") + `]}`,
				Match: func(r sandbox.Request) bool { return strings.Contains(r.RawQuery, fmt.Sprint("offset=", listPage)) },
			})
			first := w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[` + strings.Join(rows[:listPage], ",") + `]}`})
			return func() { first(); second() }
		}
		remove := list(rows)
		loseResponse(t, w)
		remove()
		time.Sleep(LongestLag)
		remove = list(rows[1:])
		var uncertain *UncertainError
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.LookErr == nil || w.posts() != 1 {
			t.Errorf("without a job that it had: %d requests, %v, %+v", w.posts(), err, uncertain)
		}
		remove()
		time.Sleep(listAge)
		list(rows)
		if outcome := w.start(t, w.call()); outcome.AlreadyRunning || w.posts() != 2 {
			t.Errorf("%d requests: %+v", w.posts(), outcome)
		}
		w.drain(t)
	})
}
