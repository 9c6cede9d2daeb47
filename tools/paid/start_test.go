package paid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/tools/paid/state"
)

func TestStartsOneJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		outcome := w.start(t, w.call(withName("Weekly")))
		w.drain(t)
		wantJobs(t, w, 1)
		if outcome.Job.ID != w.jobs()[0].ID || outcome.Job.Name != "Weekly" || outcome.AlreadyRunning || outcome.Probably || len(outcome.Notes) > 0 {
			t.Errorf("outcome %+v", outcome)
		}
		if gets := w.count("GET"); gets != 1 {
			t.Errorf("%d reads for one create, want the one list", gets)
		}
		line := w.log.String()
		for _, part := range []string{
			`"message":"paid call"`, `"outcome":"started"`, `"job":"` + outcome.Job.ID.String(),
			`"caller":"` + langsmith.Secret(secret).Fingerprint(), `"endpoint":"https://langsmith.test"`, `"project":"` + w.project.String(),
		} {
			if !strings.Contains(line, part) {
				t.Errorf("the audit line %s lacks %s", line, part)
			}
		}
		if strings.Count(line, "\n") != 1 || strings.Contains(line, "Weekly") || strings.Contains(line, secret) {
			t.Errorf("audit: %s", line)
		}
	})
}

func TestEqualCallWhileUnfinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		first := w.start(t, w.call(withContext("why?")))
		time.Sleep(10 * time.Minute)
		second := w.start(t, w.call(withContext("why?")))
		if second.Job.ID != first.Job.ID || !second.AlreadyRunning || second.Probably {
			t.Errorf("second call: %+v, first job %s", second, first.Job.ID)
		}
		other := w.start(t, w.call(withContext("how?")))
		if other.AlreadyRunning || len(other.Others) != 1 || other.Others[0].ID != first.Job.ID {
			t.Errorf("another question: %+v", other)
		}
		duplicate := w.call(withContext("why?"))
		duplicate.AllowDuplicate = true
		if third := w.start(t, duplicate); third.AlreadyRunning || third.Job.ID == first.Job.ID {
			t.Errorf("allow_duplicate: %+v", third)
		}
		wantJobs(t, w, 3)
		w.drain(t)
	})
}

// A deleted job is not returned, not even while calls share a list.
func TestDeletedJobIsNotReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		first := w.start(t, w.call())
		list := func() []langsmith.Job {
			others, _, err := w.ledger.ListOthers(t.Context(), w.call(withContext("another")))
			if err != nil {
				t.Fatal(err)
			}
			return others
		}
		if others := list(); len(others) != 1 || others[0].ID != first.Job.ID {
			t.Errorf("before: %+v", others)
		}
		if _, err := w.client.DeleteJob(t.Context(), w.project, first.Job.ID); err != nil {
			t.Fatal(err)
		}
		w.ledger.RecordDeleted(t.Context(), w.client, w.project, first.Job.ID)
		if others, remembered := list(), w.ledger.FindRemembered(t.Context(), w.call()); len(others) != 0 || remembered != nil {
			t.Errorf("after: %+v, %+v", others, remembered)
		}
		w.drain(t)
	})
}

func TestFinishedOrDeletedJobAllowsAnother(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *fixture, uuid.UUID){
		"finished": func(*testing.T, *fixture, uuid.UUID) { time.Sleep(21 * time.Minute) },
		"deleted": func(t *testing.T, w *fixture, job uuid.UUID) {
			if _, err := w.client.DeleteJob(t.Context(), w.project, job); err != nil {
				t.Fatal(err)
			}
			w.ledger.RecordDeleted(t.Context(), w.client, w.project, job)
		},
		"deleted by others": func(t *testing.T, w *fixture, job uuid.UUID) {
			if _, err := w.client.DeleteJob(t.Context(), w.project, job); err != nil {
				t.Fatal(err)
			}
			time.Sleep(listAge)
			for range 2 { // nothing proves it for two minutes
				if again := w.start(t, w.call()); again.Job.ID != job || !again.AlreadyRunning || !slices.Equal(again.Notes, []string{noteHidden}) {
					t.Errorf("%+v", again)
				}
				time.Sleep(time.Minute)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{})
				first := w.start(t, w.call())
				end(t, w, first.Job.ID)
				second := w.start(t, w.call())
				if second.AlreadyRunning || second.Job.ID == first.Job.ID {
					t.Errorf("second call: %+v", second)
				}
				if w.JobsStarted() != 2 {
					t.Errorf("%d jobs were started, want 2", w.JobsStarted())
				}
				w.drain(t)
			})
		})
	}
}

func TestTwentyConcurrentEqualCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Delay: time.Second, DelayAfter: time.Second})
		var mu sync.Mutex
		ids, first := map[uuid.UUID]int{}, 0
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				outcome, err := w.ledger.Start(context.Background(), w.call())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				ids[outcome.Job.ID]++
				if !outcome.AlreadyRunning {
					first++
				}
			})
		}
		group.Wait()
		w.drain(t)
		if len(ids) != 1 || first != 1 {
			t.Errorf("ids %v, %d calls say they started one", ids, first)
		}
		wantJobs(t, w, 1)
		if w.posts() != 1 || w.count("GET") != 1 {
			t.Errorf("%d posts and %d reads, want one each", w.posts(), w.count("GET"))
		}
		if lines := strings.Count(w.log.String(), `"paid call"`); lines != 20 {
			t.Errorf("%d audit lines for 20 calls", lines)
		}
	})
}

func TestLostResponse(t *testing.T) {
	faults := map[string]sandbox.Fault{
		"dropped after":  {DropAfter: true},
		"500 after":      {Status: 500, Body: "oops", AfterProcessing: true},
		"504 page after": {Status: 504, Body: "<html>Gateway Timeout</html>", AfterProcessing: true},
		"200 of a proxy": {Status: 200, Body: "<html>hello</html>", AfterProcessing: true},
		"empty object":   {Status: 200, Body: "{}", AfterProcessing: true},
		"truncated":      {TruncateBody: 20},
		"too slow":       {DelayAfter: 3 * time.Minute},
		"slow bytes":     {SlowBytes: 5 * time.Second},
		"408 after":      {Status: 408, AfterProcessing: true},
		"a little late":  {ProcessLate: 2 * time.Second},
		"404 of another": {Status: 404, Body: `{"message":"no route"}`, AfterProcessing: true},
		"403 page":       {Status: 403, Body: htmlPage, AfterProcessing: true},
	}
	for _, status := range []int{301, 302, 303, 307, 308, 409, 410, 499} {
		faults[fmt.Sprint(status)] = sandbox.Fault{Status: status, AfterProcessing: true, Header: http.Header{"Location": {"https://login.test/"}}}
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{})
				w.start(t, w.call(withContext("something else")))
				fault.Method, fault.Path, fault.Times = "POST", insightsPost, 1
				w.Inject(fault)
				outcome := w.start(t, w.call(withContext("why?")))
				wantJobs(t, w, 2)
				if outcome.Job.ID != w.jobs()[1].ID || !outcome.Probably || outcome.AlreadyRunning {
					t.Errorf("outcome %+v", outcome)
				}
				again := w.start(t, w.call(withContext("why?")))
				if again.Job.ID != outcome.Job.ID || !again.AlreadyRunning || !again.Probably {
					t.Errorf("the same call again: %+v", again)
				}
				wantJobs(t, w, 2)
				w.drain(t)
			})
		})
	}
}

func TestNoJobFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, ProcessLate: time.Minute})
		_, err := w.ledger.Start(t.Context(), w.call())
		var uncertain *UncertainError
		if !errors.As(err, &uncertain) || uncertain.Err == nil || uncertain.LookErr != nil || len(uncertain.Found) > 0 || uncertain.Wait < LongestLag-10*time.Second || uncertain.Wait > LongestLag {
			t.Fatalf("got %v, %+v", err, uncertain)
		}
		wantJobs(t, w, 0)
		time.Sleep(2 * time.Minute)
		found := w.start(t, w.call())
		if !found.AlreadyRunning || !found.Probably || found.Job.ID != w.jobs()[0].ID {
			t.Errorf("the same call again: %+v", found)
		}
		if w.posts() != 1 {
			t.Errorf("%d posts, want 1", w.posts())
		}
		w.drain(t)
	})
}

func TestNothingIsStartedWithoutList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropBefore: true})
		restore := w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Status: 503})
		var uncertain *UncertainError
		for call := range 3 {
			_, err := w.ledger.Start(t.Context(), w.call())
			if !errors.As(err, &uncertain) || uncertain.LookErr == nil {
				t.Fatalf("call %d: %v", call, err)
			}
		}
		if w.posts() != 1 {
			t.Errorf("%d posts, want 1", w.posts())
		}
		restore()
		time.Sleep(LongestLag)
		if outcome := w.start(t, w.call()); outcome.AlreadyRunning {
			t.Errorf("outcome %+v", outcome)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// For two minutes after a lost response an equal call starts nothing and says until when;
// in the next eight it looks before it starts a job.
func TestEqualCallAfterLostResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: 302, Header: http.Header{"Location": {"https://login.test/"}}})
		var uncertain *UncertainError
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.Err == nil {
			t.Fatalf("got %v", err)
		}
		lost := time.Now()
		for time.Since(lost) < LongestLag-20*time.Second {
			uncertain = nil
			_, err := w.ledger.Start(t.Context(), w.call())
			if !errors.As(err, &uncertain) || uncertain.Err != nil || uncertain.Wait > LongestLag-time.Since(lost) || uncertain.Wait < LongestLag-time.Since(lost)-20*time.Second {
				t.Fatalf("after %s: %v, %+v", time.Since(lost), err, uncertain)
			}
			time.Sleep(10 * time.Second)
		}
		time.Sleep(uncertain.Wait)
		lists := w.count("GET")
		if outcome := w.start(t, w.call()); outcome.AlreadyRunning || w.count("GET")-lists < 4 {
			t.Errorf("after %d lists: %+v", w.count("GET")-lists, outcome)
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// Without LangSmith's time, a clock that was set does not show how long ago a response
// was lost: the time is requested again, and nothing is started without it.
// An intent gets LangSmith's time from the first list after it, if the one before could not
// be read: the next process may have another clock.
func TestServerTimeAfterRequest(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Times: 1, Body: htmlPage})
		loseResponse(t, w)
		w.drain(t)
		ahead := New(Options{Store: state.NewDirectory(path), Now: func() time.Time { return time.Now().Add(24 * time.Hour) }})
		var uncertain *UncertainError
		if _, err := ahead.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.Wait == 0 {
			t.Errorf("got %v", err)
		}
		if w.posts() != 1 {
			t.Errorf("%d posts, want 1", w.posts())
		}
	})
}

// A process whose clock is behind leaves LangSmith's time of an intent as it is, also while
// it cannot list the jobs: a process on the right clock reads the intent next.
func TestServerTimeBehindClock(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{Store: state.NewDirectory(path)}})
		loseResponse(t, w)
		w.drain(t)
		time.Sleep(listAge)
		behind := New(Options{Store: state.NewDirectory(path), Now: func() time.Time { return time.Now().Add(-25 * time.Hour) }})
		remove := w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Status: http.StatusInternalServerError})
		var uncertain *UncertainError
		if _, err := behind.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.LookErr == nil {
			t.Errorf("got %v", err)
		}
		remove()
		if _, err := New(Options{Store: state.NewDirectory(path)}).Start(t.Context(), w.call()); !errors.As(err, &uncertain) || uncertain.LookErr != nil {
			t.Errorf("got %v", err)
		}
		if w.posts() != 1 {
			t.Errorf("%d posts, want 1", w.posts())
		}
	})
}

// A response with the id of an earlier job proves nothing.
func TestAnsweredWithEarlierJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		earlier := w.start(t, w.call(withContext("another")))
		time.Sleep(21 * time.Minute)
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, AfterProcessing: true, Body: fmt.Sprintf(`{"id":%q,"name":"x","status":"queued","error":null}`, earlier.Job.ID)})
		first := w.start(t, w.call())
		if own := w.jobs()[1]; first.Job.ID != own.ID || !first.Probably {
			t.Errorf("%+v, want job %s", first, own.ID)
		}
		w.drain(t)
	})
}

func TestLostResponseWithChangedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead time.Duration
		w := newFixture(t, fixtureOptions{ledger: Options{Now: func() time.Time { return time.Now().Add(ahead) }}})
		loseResponse(t, w)
		ahead = LookAgain
		for failing := range 2 {
			time.Sleep(30 * time.Second)
			w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Status: 500, Times: failing + 1})
			var uncertain *UncertainError
			if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || (uncertain.LookErr != nil) != (failing == 1) {
				t.Errorf("got %v", err)
			}
		}
		if w.posts() != 1 {
			t.Errorf("%d posts, want 1", w.posts())
		}
		w.drain(t)
	})
}

// An acknowledged job exists, whatever one read of it or one list shows.
func TestAcknowledgedJobNotShown(t *testing.T) {
	hidden := map[string]func(w *fixture, job uuid.UUID){
		"404": func(w *fixture, _ uuid.UUID) {
			w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: `{"detail":"not found"}`})
		},
		"404 of a gateway": func(w *fixture, _ uuid.UUID) {
			w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: htmlPage})
		},
		"another's id": func(w *fixture, _ uuid.UUID) {
			w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Body: otherJob})
		},
		"nowhere": func(w *fixture, job uuid.UUID) {
			w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: `{"detail":"not found"}`, Times: 3})
			w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[]}`, Times: 3})
		},
	}
	for name, hide := range hidden {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{})
				first := w.start(t, w.call())
				hide(w, first.Job.ID)
				for range 5 {
					time.Sleep(30 * time.Second)
					if again := w.start(t, w.call()); again.Job.ID != first.Job.ID || !again.AlreadyRunning || again.Probably {
						t.Errorf("%+v", again)
					}
				}
				wantJobs(t, w, 1)
				w.drain(t)
			})
		})
	}
}

// Two misses of a job do not prove that it was missing for the two minutes between them.
func TestAcknowledgedJobMissedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		first := w.start(t, w.call())
		for range 2 {
			time.Sleep(LongestLag + time.Minute)
			w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: `{"detail":"not found"}`, Times: 1})
			w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[]}`, Times: 1})
			if again := w.start(t, w.call()); again.Job.ID != first.Job.ID || !again.AlreadyRunning {
				t.Errorf("%+v", again)
			}
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// If a clock was set back since a job was first missed, the two minutes begin again.
func TestMissedJobWithClocksSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := -72 * time.Hour
		w := newFixture(t, fixtureOptions{ledger: Options{Now: func() time.Time { return time.Now().Add(ahead) }}})
		first := w.start(t, w.call())
		w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 404, Body: `{"detail":"not found"}`})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[]}`, Times: 2})
		w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Body: `{"clustering_jobs":[]}`, Header: http.Header{"Date": {"Fri, 31 Dec 1999 23:00:00 GMT"}}})
		for range 2 {
			time.Sleep(5 * time.Second)
			if again := w.start(t, w.call()); again.Job.ID != first.Job.ID || !again.AlreadyRunning {
				t.Errorf("%+v", again)
			}
			ahead = 0
		}
		wantJobs(t, w, 1)
		w.drain(t)
	})
}

// The state of a job that cannot be read by its id comes from a new list, not from an
// earlier one.
func TestUnreadableExistingJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{sandbox: sandbox.Options{JobDuration: time.Second}})
		w.AddRuns(w.project, trace.Run{Inputs: map[string]any{"q": "Where is my refund?"}, Outputs: map[string]any{"a": "On its way."}})
		call := w.call(func(r *langsmith.CreateInsightsJobRequest) { r.LastNHours = langsmith.Some(24) })
		first := w.start(t, call)
		time.Sleep(listAge / 2)
		w.Inject(sandbox.Fault{Method: "GET", Path: "/insights/", Status: 500, Times: 1})
		if again := w.start(t, call); again.Job.ID != first.Job.ID || !again.AlreadyDone {
			t.Errorf("%+v", again)
		}
		w.drain(t)
	})
}

// A job that is not in a complete earlier list is new, whatever its times and name.
func TestNewJobByList(t *testing.T) {
	const ahead = "Sat, 01 Jan 2000 05:00:00 GMT"
	for name, c := range map[string]struct {
		change, date string
		clock        time.Duration // of this machine, off
	}{
		"created_at in local time":        {`"created_at":"1999-12-31T16:00:03"`, ahead, 0},
		"created_at years ago":            {`"created_at":"1990-01-01T00:00:00Z"`, ahead, 0},
		"another form of the name":        {`"name":"weekly"`, ahead, 0},
		"no Date, a clock that is ahead":  {`"name":"Weekly"`, "", 5 * time.Hour},
		"no Date, a clock that is behind": {`"created_at":"2000-01-01T00:00:03"`, "", -5 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{ledger: Options{Now: func() time.Time { return time.Now().Add(c.clock) }}})
				w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropBefore: true})
				id := uuid.New()
				row := fmt.Sprintf(`{"clustering_jobs":[{"id":%q,"name":"Weekly","status":"queued","created_at":"2000-01-01T00:00:00Z",%s}]}`, id, c.change)
				w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Skip: 1, Body: row, Header: http.Header{"Date": {c.date}}})
				outcome := w.start(t, w.call(withName(" Weekly ")))
				if outcome.Job.ID != id || !outcome.Probably {
					t.Errorf("%+v", outcome)
				}
				w.drain(t)
			})
		})
	}
}

// A report of the last hour, and of the last tenth of its window, is returned.
func TestFreshReport(t *testing.T) {
	for name, c := range map[string]struct {
		hours int
		after time.Duration
		done  bool
	}{
		"soon":               {24, 50 * time.Minute, true},
		"after an hour":      {24, 82 * time.Minute, false},
		"of a short window":  {2, 25 * time.Minute, true},
		"past a tenth of it": {2, 35 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, fixtureOptions{})
				w.AddRuns(w.project, trace.Run{Inputs: map[string]any{"q": "Where is my refund?"}, Outputs: map[string]any{"a": "On its way."}})
				call := w.call(func(r *langsmith.CreateInsightsJobRequest) { r.LastNHours = langsmith.Some(c.hours) })
				first := w.start(t, call)
				time.Sleep(c.after)
				again := w.start(t, call)
				if again.AlreadyDone != c.done || again.AlreadyRunning || (again.Job.ID == first.Job.ID) != c.done {
					t.Errorf("%+v, first job %s", again, first.Job.ID)
				}
				call.AllowDuplicate = true
				if third := w.start(t, call); third.AlreadyDone {
					t.Errorf("allow_duplicate: %+v", third)
				}
				w.drain(t)
			})
		})
	}
}

func TestSeveralFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		otherCaller := newClient(t, w.Sandbox, "lsv2_pt_somebody_else")
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropAfter: true, Do: func() {
			if _, err := otherCaller.CreateInsightsJob(t.Context(), w.project, &langsmith.CreateInsightsJobRequest{}); err != nil {
				t.Error(err)
			}
		}})
		var uncertain *UncertainError
		_, err := w.ledger.Start(t.Context(), w.call())
		if !errors.As(err, &uncertain) || len(uncertain.Found) != 2 {
			t.Fatalf("got %v", err)
		}
		if _, err := w.ledger.Start(t.Context(), w.call()); !errors.As(err, &uncertain) || len(uncertain.Found) != 2 {
			t.Fatalf("the same call again: %v", err)
		}
		wantJobs(t, w, 2)
		w.drain(t)
	})
}

// A job that was found after a lost response may be another caller's. When it ends, equal
// calls look for the job of the response.
func TestProbableJobOfAnotherCaller(t *testing.T) {
	for name, test := range map[string]struct {
		foreign sandbox.Job
		deleted bool
	}{
		"failed":  {foreign: sandbox.Job{Status: "error", Error: "no traces"}},
		"deleted": {foreign: sandbox.Job{Status: "running"}, deleted: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ahead time.Duration
				w := newFixture(t, fixtureOptions{ledger: Options{Now: func() time.Time { return time.Now().Add(ahead) }}})
				var foreign uuid.UUID
				w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, ProcessLate: 10 * time.Second})
				time.AfterFunc(time.Second, func() { foreign = w.AddJob(w.project, test.foreign) })
				first := w.start(t, w.call())
				if first.Job.ID != foreign || !first.Probably {
					t.Fatalf("%+v", first)
				}
				time.Sleep(listAge)
				remove := w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Status: http.StatusInternalServerError})
				ahead = time.Hour // without a list, the time since the request is unknown
				var uncertain *UncertainError
				if _, err := w.ledger.Start(t.Context(), w.call()); first.Job.Status.Done() && (!errors.As(err, &uncertain) || uncertain.LookErr == nil) {
					t.Errorf("without a list: %v", err)
				}
				remove()
				ahead = 0
				if test.deleted {
					if _, err := w.client.DeleteJob(t.Context(), w.project, foreign); err != nil {
						t.Fatal(err)
					}
				}
				for range 5 {
					time.Sleep(time.Minute)
					if again := w.start(t, w.call()); !again.Probably || again.AlreadyRunning == again.AlreadyDone {
						t.Errorf("%+v", again)
					}
				}
				own := w.jobs()[len(w.jobs())-1]
				if again := w.start(t, w.call()); again.Job.ID != own.ID || w.posts() != 1 {
					t.Errorf("%+v, want job %s; %d posts", again, own.ID, w.posts())
				}
				w.drain(t)
			})
		})
	}
}

func TestNameDistinguishesJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		otherCaller := newClient(t, w.Sandbox, "lsv2_pt_somebody_else")
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, DropAfter: true, Do: func() {
			request := &langsmith.CreateInsightsJobRequest{Name: langsmith.Some("ServerTime")}
			if _, err := otherCaller.CreateInsightsJob(t.Context(), w.project, request); err != nil {
				t.Error(err)
			}
		}})
		outcome := w.start(t, w.call(withName("Ours")))
		if outcome.Job.Name != "Ours" || !outcome.Probably {
			t.Errorf("outcome %+v", outcome)
		}
		w.drain(t)
	})
}

func TestRefusalsStartNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{sandbox: sandbox.Options{MaxConcurrentJobs: 1}})
		running := w.start(t, w.call(withContext("first")))
		began := time.Now()
		_, err := w.ledger.Start(t.Context(), w.call(withContext("second")))
		var many *TooManyJobsError
		if !errors.As(err, &many) || len(many.Unfinished) != 1 || many.Unfinished[0].ID != running.Job.ID || time.Since(began) > 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
		var api *langsmith.Error
		if _, err := w.ledger.Start(t.Context(), w.call(withContext("third"))); !errors.As(err, &api) || api.Status != 403 {
			t.Errorf("got %v", err)
		}
		wantJobs(t, w, 1)
		w.drain(t)
		all, err := w.ledger.stores.survey(t.Context(), w.call().slot.Scope)
		if err != nil || len(all.Open) > 0 {
			t.Errorf("intents were left open: %+v, %v", all.Open, err)
		}
	})
}

func TestDisconnectedCallers(t *testing.T) {
	t.Run("before the request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, fixtureOptions{})
			w.Inject(sandbox.Fault{Method: "GET", Path: insightsPost, Delay: time.Second})
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err := w.ledger.Start(ctx, w.call())
			var left *DisconnectedError
			if !errors.As(err, &left) || left.Sent || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v", err)
			}
			time.Sleep(time.Minute)
			w.drain(t)
			wantJobs(t, w, 0)
		})
	})
	t.Run("during the request", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t, fixtureOptions{})
			w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Delay: 5 * time.Second})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := w.ledger.Start(ctx, w.call())
			var left *DisconnectedError
			if !errors.As(err, &left) || !left.Sent {
				t.Fatalf("got %v", err)
			}
			if n := len(w.ledger.listSending()); n != 1 {
				t.Errorf("%d under way, want 1", n)
			}
			w.drain(t)
			wantJobs(t, w, 1)
			// No caller got the job, so even the finished job is returned to the next
			// caller.
			time.Sleep(time.Hour)
			found := w.start(t, w.call())
			if !found.AlreadyRunning || found.Probably || found.Job.ID != w.jobs()[0].ID || !found.Job.Status.Done() {
				t.Errorf("the same call again: %+v", found)
			}
			if third := w.start(t, w.call()); third.AlreadyRunning {
				t.Errorf("a finished job that a caller got prevents another: %+v", third)
			}
			w.drain(t)
		})
	})
}

func TestJobsPerDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{MaxJobsPerDay: 2}})
		w.start(t, w.call(withContext("1")))
		w.Inject(sandbox.Fault{Method: "POST", Path: insightsPost, Times: 1, Status: http.StatusForbidden, Body: `{"detail":"Forbidden"}`})
		if _, err := w.ledger.Start(t.Context(), w.call(withContext("2"))); err == nil {
			t.Fatal("a refused call succeeded")
		}
		w.start(t, w.call(withContext("3")))
		w.start(t, w.call(withContext("3"))) // already running: costs nothing
		var limit *LimitError
		_, err := w.ledger.Start(t.Context(), w.call(withContext("4")))
		if !errors.As(err, &limit) || limit.Most != 2 || !limit.Resets.Equal(time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("got %v (%+v)", err, limit)
		}
		time.Sleep(24 * time.Hour)
		w.start(t, w.call(withContext("4")))
		w.drain(t)
	})
}

// A key has one count with and without a named workspace.
func TestJobsPerDayWithWorkspace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{ledger: Options{MaxJobsPerDay: 1}})
		w.start(t, w.call())
		client := langsmith.New(langsmith.Options{
			Endpoint: w.client.Endpoint(), Transport: w.RoundTripper(),
			Credentials: langsmith.Credentials{APIKey: secret, Workspace: uuid.NameSpaceOID},
		})
		var limit *LimitError
		if _, err := w.ledger.Start(t.Context(), mustCall(t, client, w.project, &langsmith.CreateInsightsJobRequest{})); !errors.As(err, &limit) {
			t.Errorf("got %v", err)
		}
		w.drain(t)
	})
}

func TestFindStartsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		if found, err := w.ledger.Find(t.Context(), w.call()); found != nil || err != nil {
			t.Fatalf("got %+v, %v", found, err)
		}
		wantJobs(t, w, 0)
		first := w.start(t, w.call())
		found, err := w.ledger.Find(t.Context(), w.call())
		if err != nil || found.Job.ID != first.Job.ID || !found.AlreadyRunning {
			t.Errorf("got %+v, %v", found, err)
		}
		w.drain(t)
	})
}

func TestCallersAreSeparate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t, fixtureOptions{})
		first := w.start(t, w.call())
		foreign := mustCall(t, newClient(t, w.Sandbox, "lsv2_pt_another_credential"), w.project, &langsmith.CreateInsightsJobRequest{})
		if outcome := w.start(t, foreign); outcome.AlreadyRunning || outcome.Job.ID == first.Job.ID {
			t.Errorf("outcome %+v", outcome)
		}
		w.drain(t)
	})
}
