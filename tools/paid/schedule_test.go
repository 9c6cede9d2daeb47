package paid

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// faultKinds are the kinds of faults that a schedule may have besides the faults of
// single requests and the deaths of processes, which each has. A schedule combines
// several kinds.
var faultKinds = []string{
	"answers", // statuses, redirects and bodies that prove nothing, before and after processing
	"lag",     // lists and reads that show a job late, and single reads that miss it
	"rows",    // lists in another order, in pages, or without some rows for a while
	"ids",     // reads that return another job
	"names",   // names that LangSmith stores in another form
	"clocks",  // created_at, Date and the clocks of processes that are off, jump and drift
	"files",   // state files that are truncated, emptied, overwritten or replaced
	"store",   // a store that is full, read-only, slow, frozen, failed over or evicting
	"others",  // jobs of other callers that are started at the same time as a call, and fail, end or are deleted
	"freeze",  // processes that are paused for seconds or minutes
}

var faultsFlag = flag.String("faults", "all", "which kinds of faults the schedules may contain besides the plain ones, or all")

// schedule has the events of one run of the fault harness. The seed determines all of
// them.
type schedule struct {
	seed      uint64
	store     storeKind
	processes int
	perDay    int           // bound of jobs a day; 0 for none
	skew      time.Duration // LangSmith's clock relative to the harness's
	calm      bool          // without faults of single requests
	kinds     []string      // of faults
	display   display
	drift     float64 // of the processes' clocks: seconds a second
	steps     []step

	restartedOff time.Duration // of the clocks of later processes
	settle       time.Duration // before the last calls
}

type storeKind int

const (
	inMemory storeKind = iota
	inDirectory
	inLeases // a store with leases that run out, as Redis has
)

func (k storeKind) String() string { return [...]string{"memory", "directory", "leases"}[k] }

// step is one event, with the time since the one before.
type step struct {
	after time.Duration
	kind  stepKind

	process        int
	question       int           // of a call: equal ones are equal calls
	duplicate      bool          // of a call: with AllowDuplicate
	patience       time.Duration // of a call, 0 for any; or how long something lasts, or how far a clock jumps
	operationsLeft int           // of a kill: the number of operations that are still executed; of a damage: which one
}

type stepKind int

const (
	callStep stepKind = iota
	otherCallersJob
	killStep
	restartStep
	jumpClock
	outageStep
	pause        // a process is paused for longer than its leases last
	blackoutStep // LangSmith lists no jobs
	loseRows     // LangSmith shows some jobs nowhere for a while
	jumpDate     // LangSmith's Date header jumps
	freeze       // a process is paused
	damageFile   // a state file is truncated, emptied or overwritten
	replaceFile  // a directory is put into a state file's place
	storeFull    // the store can be read and not written
	storeSlow    // the store responds late
	storeFrozen  // the store does not respond
	failOver     // the store forgets its last seconds
	evictStep    // the store forgets a slot
)

func (k stepKind) String() string {
	return [...]string{
		"call", "other caller's job", "kill", "restart", "clock jumps", "outage", "pause", "blackout", "rows are lost", "Date jumps", "freeze",
		"file damaged", "file replaced", "store full", "store slow", "store frozen", "store fails over", "store evicts",
	}[k]
}

func (s step) String() string {
	return fmt.Sprintf("+%s %s process=%d question=%d duplicate=%t patience=%s fuse=%d", s.after, s.kind, s.process, s.question, s.duplicate, s.patience, s.operationsLeft)
}

// questions is the number of different bodies. The first has a name; a list of jobs shows
// no difference between the others.
const questions = 3

// random returns a separate stream for one part of a schedule, so that the other parts do
// not depend on it.
func random(seed uint64, part string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(part))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

func newSchedule(seed uint64) schedule {
	r := random(seed, "plain")
	s := schedule{
		seed:   seed,
		store:  storeKind(r.IntN(3)),
		skew:   pick(r, 0, 0, time.Second, -3*time.Second, 4*time.Hour, -30*time.Minute),
		calm:   r.IntN(6) == 0,
		settle: pick(r, 20*time.Second, 2*time.Minute, 16*time.Minute, time.Hour),
	}
	s.processes = 1
	if s.store != inMemory {
		s.processes = 1 + r.IntN(3)
	}
	if r.IntN(5) == 0 {
		s.perDay = 2 + r.IntN(3)
	}
	same := r.IntN(questions)
	for range 3 + r.IntN(10) {
		next := step{after: anyPause(r), process: r.IntN(s.processes), question: same}
		if r.IntN(3) == 0 {
			next.question = r.IntN(questions)
		}
		switch roll := r.IntN(100); {
		case roll < 70:
			next.kind = callStep
			next.duplicate = r.IntN(12) == 0
			next.patience = pick(r, 0, 0, 0, 0, 10*time.Millisecond, 800*time.Millisecond, 3*time.Second, 20*time.Second)
		case roll < 77:
			next.kind = otherCallersJob
		case roll < 86:
			next.kind = killStep
			next.operationsLeft = r.IntN(12)
		case roll < 90:
			next.kind = restartStep
		case roll < 94:
			next.kind = jumpClock
			next.patience = pick(r, -time.Hour, -time.Minute, time.Minute, 11*time.Minute, 25*time.Hour, -25*time.Hour)
		case roll < 96:
			next.kind = outageStep
			next.patience = pick(r, time.Second, 10*time.Second, 5*time.Minute)
		case roll < 98:
			next.kind = blackoutStep
			next.patience = pick(r, 10*time.Second, time.Minute, 5*time.Minute)
		default:
			next.kind = pause
		}
		s.steps = append(s.steps, next)
	}
	kinds := strings.Split(*faultsFlag, ",")
	if *faultsFlag == "all" {
		kinds = faultKinds
	}
	for _, kind := range kinds {
		if r := random(seed, kind); r.IntN(3) == 0 && kind != "" {
			s.kinds = append(s.kinds, kind)
			s.addKind(r, kind)
		}
	}
	return s
}

// addKind adds a kind of faults to a schedule: its changes for the whole run, and its
// events.
func (s *schedule) addKind(r *rand.Rand, kind string) {
	insert := func(kind stepKind, patience time.Duration) {
		at := r.IntN(len(s.steps) + 1)
		s.steps = slices.Insert(s.steps, at, step{
			after: anyPause(r) / 4, kind: kind, process: r.IntN(s.processes), patience: patience, operationsLeft: r.IntN(100),
		})
	}
	d := &s.display
	switch kind {
	case "lag":
		d.listLag = pick(r, 0, time.Second, 3*time.Second, 20*time.Second, 100*time.Second)
		d.readLag = pick(r, 0, 2*time.Second, 20*time.Second, 100*time.Second)
	case "rows":
		d.order = listOrder(r.IntN(3))
		d.oldJobs = pick(r, 0, 5, 99, 130, 250)
		if r.IntN(2) == 0 {
			insert(loseRows, pick(r, 3*time.Second, 30*time.Second, 100*time.Second))
		}
	case "names":
		d.rename = pick(r, strings.TrimSpace, strings.ToLower, func(name string) string { return name[:min(len(name), 4)] })
	case "clocks":
		d.zone = pick(r, 0, 5*time.Hour, -8*time.Hour)
		d.dateOff = pick(r, 0, 5*time.Hour, -5*time.Hour, 10*time.Minute)
		d.noDate = r.IntN(3) == 0
		s.drift = pick(r, 0, 0.001, -0.02)
		insert(jumpClock, pick(r, -time.Hour, time.Minute, 11*time.Minute, 3*24*time.Hour, -3*24*time.Hour))
		if r.IntN(2) == 0 {
			insert(jumpDate, pick(r, -time.Hour, 11*time.Minute, 5*time.Hour))
		}
		s.restartedOff = pick(r, 0, 150*time.Second, 11*time.Minute, 24*time.Hour)
	case "files":
		for range 1 + r.IntN(2) {
			insert(damageFile, 0)
		}
		if r.IntN(3) == 0 {
			insert(replaceFile, 0)
		}
	case "store":
		for range 1 + r.IntN(2) {
			insert(pick(r, storeFull, storeFull, storeSlow, storeFrozen, failOver, evictStep), pick(r, time.Second, 10*time.Second, 3*time.Minute))
		}
	case "others":
		d.otherJobsEnd = pick(r, "error", "success", deleted)
		d.otherJobsAfter = pick(r, 0, 5*time.Second, 30*time.Second)
		for range 1 + r.IntN(2) {
			at := r.IntN(len(s.steps)) + 1
			s.steps = slices.Insert(s.steps, at, step{after: pick(r, 0, 500*time.Millisecond, 2*time.Second, 4*time.Second), kind: otherCallersJob})
		}
	case "freeze":
		for range 1 + r.IntN(3) {
			insert(freeze, pick(r, 3*time.Second, 20*time.Second, 150*time.Second))
		}
	}
}

// anyPause returns a pause that is mostly 0, often seconds, and sometimes many minutes.
func anyPause(r *rand.Rand) time.Duration {
	switch roll := r.IntN(10); {
	case roll < 3:
		return 0
	case roll < 6:
		return time.Duration(r.IntN(3000)) * time.Millisecond
	case roll < 9:
		return time.Duration(r.IntN(90)) * time.Second
	}
	return time.Duration(r.IntN(25)) * time.Minute
}

func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }

// fault returns the fault of the nth request of a kind in a call.
func (s schedule) fault(call int, request string, n int) sandbox.Fault {
	if call >= finalCalls {
		return sandbox.Fault{}
	}
	name := fmt.Sprintf("%d/%s/%d", call, request, n)
	for _, kind := range s.kinds {
		if r := random(s.seed, kind+"/"+name); r.IntN(4) == 0 {
			if fault, ok := kindFault(r, kind, request); ok {
				return fault
			}
		}
	}
	if s.calm {
		return sandbox.Fault{}
	}
	r := random(s.seed, name)
	if request == "POST" {
		return postFault(r)
	}
	return getFault(r)
}

// kindFault returns a fault that only one kind has.
func kindFault(r *rand.Rand, kind, request string) (sandbox.Fault, bool) {
	switch {
	case kind == "answers" && request == "POST":
		return answerFault(r), true
	case kind == "lag" && request == "GET":
		return sandbox.Fault{Status: http.StatusNotFound, Body: pick(r, `{"detail":"Insights job not found"}`, htmlPage)}, true
	case kind == "freeze" && request == "POST":
		return sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"9"}}}, true
	case kind == "ids" && request == "GET":
		return sandbox.Fault{Body: otherJob}, true
	}
	return sandbox.Fault{}, false
}

const (
	htmlPage = "<html><body>Gateway</body></html>"
	otherJob = `{"id":"5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11","name":"Another","status":"error","error":"x","created_at":"2000-01-01T00:00:00Z","clusters":[],"report":null}`
)

// answerFault returns a response that proves nothing, whether or not the request was
// processed.
func answerFault(r *rand.Rand) sandbox.Fault {
	fault := sandbox.Fault{AfterProcessing: r.IntN(3) > 0}
	switch r.IntN(5) {
	case 0:
		fault.Status = pick(r, 301, 302, 303, 307, 308)
		fault.Header = http.Header{"Location": {pick(r, "https://login.test/?next=/x", "/elsewhere")}}
	case 1:
		fault.Status = pick(r, 409, 499, 410, 418, 451)
		fault.Body = pick(r, "", htmlPage, `{"detail":"x"}`, `{"error":"conflict"}`)
	case 2:
		fault.Status = pick(r, 400, 401, 403, 404, 422, 429)
		fault.Body = pick(r, "", htmlPage, "slow down", `{"message":"Forbidden"}`, `["x"]`)
	case 3:
		fault.Status = pick(r, 200, 201, 202, 204, 206)
		fault.Body = pick(r, " ", htmlPage, `{"ok":true}`, `{"detail":"x"}`)
	case 4:
		fault.Status = pick(r, 500, 501, 502, 503, 504, 520, 524, 599)
		fault.Body = pick(r, "", htmlPage, `{"detail":"Too many concurrent Insights jobs"}`)
	}
	return fault
}

func postFault(r *rand.Rand) sandbox.Fault {
	late := func() time.Duration {
		return pick(r, 200*time.Millisecond, 900*time.Millisecond, 2500*time.Millisecond, 5*time.Second, 7*time.Second, 30*time.Second, 4*time.Minute, 14*time.Minute)
	}
	switch roll := r.IntN(100); {
	case roll < 40:
		return sandbox.Fault{}
	case roll < 45:
		return sandbox.Fault{Refuse: true}
	case roll < 52:
		return sandbox.Fault{DropBefore: true}
	case roll < 60:
		return sandbox.Fault{DropAfter: true}
	case roll < 63:
		return sandbox.Fault{Status: pick(r, 500, 502, 503, 504, 408)}
	case roll < 67:
		return sandbox.Fault{Status: pick(r, 500, 502, 503, 504, 408), AfterProcessing: true, Body: pick(r, "", "<html>Gateway</html>", `{"detail":"x"}`)}
	case roll < 70:
		return sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {pick(r, "1", "9")}}}
	case roll < 72:
		return sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Too many concurrent Insights jobs"}`}
	case roll < 74:
		return sandbox.Fault{Status: pick(r, 400, 401, 403, 404, 422), Body: pick(r, `{"detail":"no"}`, `{"error":"no"}`, `{"detail":[{"loc":["body"],"msg":"no"}]}`)}
	case roll < 78:
		return sandbox.Fault{AfterProcessing: true, Body: pick(r, "{}", "null", "hello", `{"id":"x"}`, `[]`, `{"id":`)}
	case roll < 82:
		return sandbox.Fault{TruncateBody: 1 + r.IntN(60)}
	case roll < 84:
		return sandbox.Fault{SlowBytes: pick(r, 10*time.Millisecond, time.Second)}
	case roll < 87:
		return sandbox.Fault{Delay: pick(r, 100*time.Millisecond, 4*time.Second, 70*time.Second)}
	case roll < 90:
		return sandbox.Fault{DelayAfter: pick(r, 100*time.Millisecond, 4*time.Second, 70*time.Second)}
	case roll < 98:
		return sandbox.Fault{ProcessLate: late()}
	}
	return sandbox.Fault{ProcessLate: late(), Status: pick(r, 500, 504)}
}

func getFault(r *rand.Rand) sandbox.Fault {
	switch roll := r.IntN(100); {
	case roll < 78:
		return sandbox.Fault{}
	case roll < 84:
		return sandbox.Fault{Status: pick(r, 500, 502, 503, 504)}
	case roll < 88:
		return sandbox.Fault{DropBefore: true}
	case roll < 90:
		return sandbox.Fault{Refuse: true}
	case roll < 93:
		return sandbox.Fault{Body: pick(r, "{}", "<html>", `{"clustering_jobs":null}`)}
	case roll < 95:
		return sandbox.Fault{TruncateBody: 1 + r.IntN(200)}
	case roll < 98:
		return sandbox.Fault{DelayAfter: pick(r, 50*time.Millisecond, 2*time.Second, 8*time.Second)}
	}
	return sandbox.Fault{Delay: pick(r, 50*time.Millisecond, 2*time.Second, 8*time.Second)}
}
