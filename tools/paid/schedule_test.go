package paid

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// schedule is what happens in one run of the fault harness. All of it follows
// from the seed.
type schedule struct {
	seed      uint64
	store     storeKind
	processes int
	perDay    int           // bound of jobs a day; 0 for none
	skew      time.Duration // LangSmith's clock against ours
	calm      bool          // without faults of single requests
	steps     []step
	settle    time.Duration // before the last calls
}

type storeKind int

const (
	inMemory storeKind = iota
	inDirectory
	inLeases // a store with leases that run out, as Redis has
)

func (k storeKind) String() string { return [...]string{"memory", "directory", "leases"}[k] }

// step is one event, so long after the one before.
type step struct {
	after time.Duration
	kind  stepKind

	process   int
	question  int           // of a call: equal ones are equal calls
	duplicate bool          // of a call: with AllowDuplicate
	patience  time.Duration // of a call, 0 for any; or how long an outage lasts, or how far a clock jumps
	fuse      int           // of a kill: operations that are still carried out
}

type stepKind int

const (
	makeCall stepKind = iota
	strangersJob
	kill
	restart
	jumpClock
	outage
	pause    // a process stands still for longer than its leases last
	blackout // LangSmith lists no jobs
)

func (k stepKind) String() string {
	return [...]string{"call", "stranger's job", "kill", "restart", "clock jumps", "outage", "pause", "blackout"}[k]
}

func (s step) String() string {
	return fmt.Sprintf("+%s %s process=%d question=%d duplicate=%t patience=%s fuse=%d", s.after, s.kind, s.process, s.question, s.duplicate, s.patience, s.fuse)
}

// questions are how many different bodies there are. The first has a name, the
// others are told apart by nothing that a list of jobs shows.
const questions = 3

func newSchedule(seed uint64) schedule {
	r := rand.New(rand.NewPCG(seed, 0x70616964))
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
		next := step{after: pause_(r), process: r.IntN(s.processes), question: same}
		if r.IntN(3) == 0 {
			next.question = r.IntN(questions)
		}
		switch roll := r.IntN(100); {
		case roll < 70:
			next.kind = makeCall
			next.duplicate = r.IntN(12) == 0
			next.patience = pick(r, 0, 0, 0, 0, 10*time.Millisecond, 800*time.Millisecond, 3*time.Second, 20*time.Second)
		case roll < 77:
			next.kind = strangersJob
		case roll < 86:
			next.kind = kill
			next.fuse = r.IntN(12)
		case roll < 90:
			next.kind = restart
		case roll < 94:
			next.kind = jumpClock
			next.patience = pick(r, -time.Hour, -time.Minute, time.Minute, 11*time.Minute, 25*time.Hour, -25*time.Hour)
		case roll < 96:
			next.kind = outage
			next.patience = pick(r, time.Second, 10*time.Second, 5*time.Minute)
		case roll < 98:
			next.kind = blackout
			next.patience = pick(r, 10*time.Second, time.Minute, 5*time.Minute)
		default:
			next.kind = pause
		}
		s.steps = append(s.steps, next)
	}
	return s
}

// pause_ is mostly nothing, often seconds, and now and then many minutes.
func pause_(r *rand.Rand) time.Duration {
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

// fault is what happens to the nth request of a kind that a call makes.
func (s schedule) fault(call int, kind string, n int) sandbox.Fault {
	if s.calm || call >= lastCalls {
		return sandbox.Fault{}
	}
	hash := uint64(14695981039346656037)
	for _, b := range fmt.Appendf(nil, "%d/%d/%s/%d", s.seed, call, kind, n) {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	r := rand.New(rand.NewPCG(s.seed, hash))
	if kind == "POST" {
		return postFault(r)
	}
	return getFault(r)
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
		return sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Rate limit exceeded"}`, Header: http.Header{"Retry-After": {"1"}}}
	case roll < 72:
		return sandbox.Fault{Status: http.StatusTooManyRequests, Body: `{"detail":"Too many concurrent Insights jobs"}`}
	case roll < 74:
		return sandbox.Fault{Status: pick(r, 400, 401, 403, 409, 422)}
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
