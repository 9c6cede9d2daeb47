package paid

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
	"langsmith-insights-mcp/tools/paid/state"
)

var (
	scheduleCount = flag.Int("schedules", 2000, "how many schedules of faults to run")
	scheduleSeed  = flag.Uint64("seed", 0, "run the schedule of this seed alone, and tell what happens")
	scheduleFirst = flag.Uint64("first-seed", 1, "the seed of the first schedule")
)

// replays is how often a single seed is run: the seed determines the events, but not the
// jitter of backoff or the order of simultaneous events.
const replays = 25

// TestSchedules runs schedules of faults and deaths in virtual time and checks each
// against the package's promises; see check_test.go.
func TestSchedules(t *testing.T) {
	if *scheduleSeed != 0 {
		for range replays {
			run := runSchedule(t, *scheduleSeed)
			if wrong := run.check(); len(wrong) > 0 {
				t.Fatalf("seed %d:\n%s\n\n%s", *scheduleSeed, strings.Join(wrong, "\n"), run.eventLog())
			}
		}
		return
	}
	count := *scheduleCount
	if testing.Short() {
		count /= 10
	}
	var total tally
	failed := 0
	for seed := *scheduleFirst; seed < *scheduleFirst+uint64(count); seed++ {
		run := runSchedule(t, seed)
		wrong := run.check()
		total.add(run)
		if len(wrong) == 0 {
			continue
		}
		if failed++; failed <= 3 {
			t.Errorf("seed %d fails (replay: go test ./tools/paid -run TestSchedules -seed %d):\n%s\n\n%s", seed, seed, strings.Join(wrong, "\n"), run.eventLog())
		}
	}
	t.Logf("seeds %d to %d, faults %s: %d fail\n%s", *scheduleFirst, *scheduleFirst+uint64(count)-1, *faultsFlag, failed, total)
}

// The first numbers of the calls after all faults.
const (
	finalCalls         = 1000
	finalRepeatedCalls = 2000
)

// seenCall is a call as its caller sees it.
type seenCall struct {
	number    int
	question  int
	slot      string // of equal calls
	process   *process
	duplicate bool
	last      bool
	began     time.Time
	ended     time.Time
	outcome   *Outcome
	err       error
	died      bool // its process died before the response
	dated     bool // its process had LangSmith's time for it
}

// attempt is one request to start a job, as it was sent.
type attempt struct {
	call     int
	process  *process
	at       time.Time
	ended    time.Time // when its response came, or was given up
	lastList time.Time // when this process had last asked for the first page of the list that it got
	stalled  bool      // the process was paused between its intent and this request
}

// harness is one run of a schedule.
type harness struct {
	schedule schedule
	upstream *sandbox.Sandbox
	project  uuid.UUID
	shared   func() Store // opens the store that all processes share; nil for none
	path     string       // of a directory
	leases   *leaseStore  // of that kind of store
	log      *logBuffer

	mu               sync.Mutex
	processes        []*process
	all              []*process
	calls            []*seenCall
	attempts         []*attempt
	counters         map[string]int
	lists            map[*process]time.Time
	noLists          time.Time // until when
	storeFaults      map[stepKind]span
	outages          []span // in which the store could not be asked
	fullSpans        []span // in which it could not be written
	forgotten        []forgotten
	replaced         []forgotten // whose file cannot be read any more
	freezes          []frozenSpan
	losses           []span // of rows
	jumps            []time.Time
	dateJump         time.Duration
	clocksSet        []time.Time // of machines
	dateSetAhead     bool
	damages          []time.Time
	oldRows          []map[string]any
	otherCallersJobs []uuid.UUID // the jobs of other callers
	events           []string
	began            time.Time
	jobs             []sandbox.StartedJob
	leftovers        string // secrets that were found where they must not be
}

func (h *harness) logEvent(format string, values ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, fmt.Sprintf("%10s ", time.Since(h.began).Round(time.Millisecond))+fmt.Sprintf(format, values...))
}

func (h *harness) eventLog() string {
	return fmt.Sprintf("store %s, %d processes, %d a day, skew %s, faults %v, %+v\n%s",
		h.schedule.store, h.schedule.processes, h.schedule.perDay, h.schedule.skew, h.schedule.kinds, h.schedule.display, strings.Join(h.events, "\n"))
}

func runSchedule(t *testing.T, seed uint64) *harness {
	t.Helper()
	h := &harness{schedule: newSchedule(seed), counters: map[string]int{}, lists: map[*process]time.Time{}, storeFaults: map[stepKind]span{}, log: &logBuffer{}}
	if h.schedule.store == inDirectory {
		path, err := os.MkdirTemp(fastDirectory(), "paid")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(path)
		h.path = path
	}
	synctest.Test(t, func(t *testing.T) { h.run(t) })
	return h
}

// fastDirectory is a directory in which syncing is fast, if there is one: no schedule has
// a power failure.
func fastDirectory() string {
	const inMemory = "/dev/shm"
	if info, err := os.Stat(inMemory); err == nil && info.IsDir() {
		return inMemory
	}
	return ""
}

func (h *harness) run(t *testing.T) {
	h.began = time.Now()
	h.upstream = sandbox.New(sandbox.Options{
		Empty: true, JobDuration: 20 * time.Minute,
		Now: func() time.Time { return time.Now().Add(h.schedule.skew) },
	})
	// The project needs a trace: a job without traces fails.
	var runs []trace.Run
	for range 3 {
		runs = append(runs, trace.Run{Inputs: map[string]any{"question": "Where is my refund?"}, Outputs: map[string]any{"answer": "On its way."}})
	}
	h.project = h.upstream.AddProject(sandbox.Project{Name: "p", Runs: runs})
	h.makeOldRows()
	switch h.schedule.store {
	case inDirectory:
		h.shared = func() Store { return state.NewDirectory(h.path) }
	case inLeases:
		h.leases = newLeaseStore()
		h.shared = func() Store { return h.leases }
	}
	for range h.schedule.processes {
		h.processes = append(h.processes, h.newProcess(t))
	}
	var group sync.WaitGroup
	for number, step := range h.schedule.steps {
		time.Sleep(step.after)
		h.logEvent("%s", step)
		h.runStep(t, &group, number, step)
	}
	group.Wait()
	time.Sleep(h.schedule.settle)
	for at, process := range h.processes {
		if process.isDead() {
			h.processes[at] = h.newProcess(t)
		} else {
			process.setOperationsLeft(-1)
		}
	}
	h.mu.Lock()
	clear(h.storeFaults)
	h.noLists = time.Time{}
	h.mu.Unlock()
	h.drain(t)
	for question := range questions {
		h.call(t, finalCalls+question, h.processes[question%len(h.processes)], step{question: question})
	}
	time.Sleep(3 * time.Minute) // an open question is answered by then
	for question := range questions {
		h.call(t, finalRepeatedCalls+question, h.processes[question%len(h.processes)], step{question: question})
	}
	h.drain(t)
	for _, process := range h.all {
		process.ledger.Close()
	}
	h.jobs = h.upstream.Jobs(uuid.Nil, h.project)
	h.searchSecrets(t)
}

// drain waits for the calls in progress, also of dead processes.
func (h *harness) drain(t *testing.T) {
	for _, process := range h.all {
		if err := process.ledger.Drain(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

func (h *harness) newProcess(t *testing.T) *process {
	p := newProcess()
	p.drift = h.schedule.drift * float64(1-len(h.all)%3) // forwards, none, backwards
	options := Options{Logger: zerolog.New(h.log), Now: p.now, MaxJobsPerDay: h.schedule.perDay}
	if h.shared != nil {
		options.Store = &processStore{Store: h.shared(), process: p, fault: h.storeFault}
	}
	p.ledger = New(options)
	if len(h.all) >= h.schedule.processes && h.schedule.restartedOff != 0 {
		p.jump(h.schedule.restartedOff)
		h.clocksSet = append(h.clocksSet, time.Now())
		h.jumps = append(h.jumps, time.Now())
	}
	h.all = append(h.all, p)
	return p
}

// storeFault returns the current fault of the store.
func (h *harness) storeFault() storeFault {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	trouble := storeFault{down: h.storeFaults[outageStep].holds(now), full: h.storeFaults[storeFull].holds(now)}
	if h.storeFaults[storeSlow].holds(now) {
		trouble.slow = 2 * time.Second
	}
	if s := h.storeFaults[storeFrozen]; s.holds(now) {
		trouble.frozen = s.to
	}
	return trouble
}

func (h *harness) runStep(t *testing.T, group *sync.WaitGroup, number int, s step) {
	process := h.processes[s.process]
	if process.isDead() && s.kind == callStep {
		process = h.newProcess(t)
		h.processes[s.process] = process
	}
	now := time.Now()
	switch s.kind {
	case callStep:
		group.Go(func() { h.call(t, number, process, s) })
	case otherCallersJob:
		h.startOtherCallersJob(t)
	case killStep:
		process.setOperationsLeft(s.operationsLeft)
	case restartStep:
		process.die()
	case jumpClock:
		process.jump(s.patience)
		h.clocksSet = append(h.clocksSet, now)
		h.jumps = append(h.jumps, now)
	case outageStep, storeFull, storeSlow, storeFrozen:
		h.mu.Lock()
		h.storeFaults[s.kind] = span{now, now.Add(s.patience)}
		switch s.kind {
		case outageStep, storeFrozen:
			h.outages = append(h.outages, h.storeFaults[s.kind])
		case storeFull:
			h.fullSpans = append(h.fullSpans, h.storeFaults[s.kind])
		}
		h.mu.Unlock()
	case failOver:
		h.forget(span{now.Add(-min(s.patience, 10*time.Second)), now}, "")
	case evictStep:
		h.forget(span{time.Time{}, now}, strconv.Itoa(s.operationsLeft))
	case damageFile:
		h.damageFile(t, s.operationsLeft)
	case replaceFile:
		h.replaceFile(t, s.operationsLeft)
	case freeze:
		process.freeze(s.patience)
		h.freezes = append(h.freezes, frozenSpan{span{now, now.Add(s.patience)}, process})
	case loseRows:
		h.mu.Lock()
		h.losses = append(h.losses, span{now, now.Add(s.patience)})
		h.mu.Unlock()
	case jumpDate:
		h.mu.Lock()
		h.dateJump += s.patience
		h.dateSetAhead = h.dateSetAhead || s.patience > 0
		h.mu.Unlock()
		h.jumps = append(h.jumps, now)
	case blackoutStep:
		h.mu.Lock()
		h.noLists = time.Now().Add(s.patience)
		h.mu.Unlock()
	case pause:
		process.mu.Lock()
		for hold := range process.holds {
			if lease, ok := hold.Hold.(*simLease); ok {
				lease.runOut(0)
			}
		}
		process.mu.Unlock()
	}
}

// forgotten is the loss of the store: the writes of a span, or a whole slot.
type forgotten struct {
	span
	slot string
}

// frozenSpan is a time in which a process is paused.
type frozenSpan struct {
	span
	process *process
}

// forget makes the store lose the writes of a span, or one whole slot.
func (h *harness) forget(lost span, slot string) {
	if h.leases == nil {
		return
	}
	victim := ""
	if n := len(h.leases.writes); slot != "" && n > 0 {
		chosen, _ := strconv.Atoi(slot)
		victim = h.leases.writes[chosen%n].slot.Key
	}
	h.leases.forget(func(write storeWrite) bool {
		return !write.at.Before(lost.from) && (slot == "" || write.slot.Key == victim)
	})
	h.forgotten = append(h.forgotten, forgotten{lost, victim})
}

// pickFile returns one of the state's logs and locks, or "" if there is none.
func (h *harness) pickFile(t *testing.T, which int) string {
	if h.path == "" {
		return ""
	}
	var files []string
	for _, pattern := range []string{"*/*/*/*.log", "*/locks/*"} {
		found, err := filepath.Glob(filepath.Join(h.path, pattern))
		if err != nil {
			t.Error(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return ""
	}
	return files[which%len(files)]
}

// replaceFile replaces one of the state's files by a directory, atomically: a process
// that reads it at that moment finds one of the two.
func (h *harness) replaceFile(t *testing.T, which int) {
	path := h.pickFile(t, which)
	if path == "" {
		return
	}
	link := filepath.Join(h.path, "link") // outside the state, whose files are deeper
	if err := os.Symlink(h.path, link); err != nil {
		t.Error(err)
	}
	if err := os.Rename(link, path); err != nil {
		t.Error(err)
	}
	slot := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	h.replaced = append(h.replaced, forgotten{span{time.Now(), time.Now().Add(24 * time.Hour)}, slot})
}

// damageFile truncates, empties or overwrites one of the state's files.
func (h *harness) damageFile(t *testing.T, which int) {
	path := h.pickFile(t, which)
	if path == "" {
		return
	}
	data, err := os.ReadFile(path)
	if err != nil { // a directory
		return
	}
	switch which % 4 {
	case 0:
		data = nil
	case 1:
		data = data[:len(data)/2]
	case 2:
		data = data[:max(len(data)-20, 0)]
	case 3:
		data = bytes.Repeat([]byte{0}, len(data))
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Error(err)
	}
	h.damages = append(h.damages, time.Now())
}

func (h *harness) startOtherCallersJob(t *testing.T) {
	request := &langsmith.CreateInsightsJobRequest{}
	job, err := newClient(t, h.upstream, "lsv2_pt_somebody_else").CreateInsightsJob(context.Background(), h.project, request)
	if err != nil {
		t.Error(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.otherCallersJobs = append(h.otherCallersJobs, job.ID)
}

func (h *harness) request(question int) *langsmith.CreateInsightsJobRequest {
	request := &langsmith.CreateInsightsJobRequest{UserContext: langsmith.Some(map[string]string{"question": strconv.Itoa(question)})}
	if question == 0 {
		request.Name = langsmith.Some(" Named ")
	}
	return request
}

type callKey struct{}

func (h *harness) call(t *testing.T, number int, process *process, s step) {
	seen := &seenCall{number: number, question: s.question, process: process, duplicate: s.duplicate, last: number >= finalCalls, began: time.Now()}
	h.mu.Lock()
	h.calls = append(h.calls, seen)
	h.mu.Unlock()
	ctx := context.WithValue(process.alive, callKey{}, seen)
	if s.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.patience)
		defer cancel()
	}
	endpoint, err := langsmith.ParseEndpoint("https://langsmith.test")
	if err != nil {
		t.Error(err)
	}
	client := langsmith.New(langsmith.Options{
		Endpoint:    endpoint,
		Credentials: langsmith.Credentials{APIKey: secret},
		Transport:   &network{harness: h, next: h.upstream.RoundTripper(), process: process},
	})
	call := mustCall(t, client, h.project, h.request(s.question))
	call.AllowDuplicate = s.duplicate
	seen.slot = call.slot.Key
	outcome, err := process.ledger.Start(ctx, call)
	seen.ended, seen.outcome, seen.err = time.Now(), outcome, err
	seen.died = process.isDead()
	switch {
	case seen.died:
		h.logEvent("call %d: its process is dead", number)
	case err != nil:
		h.logEvent("call %d: %v %+v", number, err, err)
	default:
		h.logEvent("call %d: %s already=%t probably=%t others=%d notes=%d", number, outcome.Job.ID, outcome.AlreadyRunning || outcome.AlreadyDone, outcome.Probably, len(outcome.Others), len(outcome.Notes))
	}
}

// network is the connection of one process to LangSmith. It marks each request to start a
// job, so that the job shows whose it is.
type network struct {
	harness *harness
	next    http.RoundTripper
	process *process
}

func (n *network) RoundTrip(request *http.Request) (*http.Response, error) {
	stalled := n.process.waitWhilePaused()
	if err := n.process.operate(); err != nil {
		return nil, err
	}
	h := n.harness
	seen, _ := request.Context().Value(callKey{}).(*seenCall)
	kind := request.Method
	if kind == "GET" && isList(request) {
		kind = "list"
	}
	h.mu.Lock()
	h.counters[kind]++
	counter := fmt.Sprintf("%d/%s", seen.number, kind)
	h.counters[counter]++
	fault := h.schedule.fault(seen.number, kind, h.counters[counter])
	if kind == "list" && time.Now().Before(h.noLists) {
		fault = sandbox.Fault{Status: http.StatusServiceUnavailable}
	}
	mark := len(h.attempts)
	h.counters["any"]++
	number := strconv.Itoa(h.counters["any"])
	if kind == "POST" {
		shared := h.lists[n.process] // for all calls of a moment
		seen.dated = seen.dated || !h.schedule.display.noDate && !shared.IsZero() && seen.began.Sub(shared) < listAge
		h.attempts = append(h.attempts, &attempt{call: seen.number, process: n.process, at: time.Now(), lastList: h.lists[n.process], stalled: stalled && h.counters[counter] == 1})
	}
	h.mu.Unlock()
	request = request.Clone(request.Context())
	request.Header.Set("X-Mark", number)
	if kind == "POST" {
		if err := markBody(request, mark); err != nil {
			return nil, err
		}
	}
	fault.Match = func(r sandbox.Request) bool { return r.Header.Get("X-Mark") == number }
	remove := h.upstream.Inject(fault)
	defer remove()
	asked, query := time.Now(), request.URL.Query()
	if kind == "list" && !h.schedule.display.isPlain() { // the pages are made here
		all := *request.URL
		all.RawQuery = url.Values{"limit": {"100"}}.Encode()
		request.URL = &all
	}
	response, err := n.next.RoundTrip(request)
	genuine := fault.Body == "" && fault.Status == 0
	if err == nil {
		h.setDate(response)
	}
	if err == nil && genuine {
		response = h.changeResponse(request, query, response)
	}
	if kind == "POST" {
		h.mu.Lock()
		h.attempts[mark].ended = time.Now()
		h.mu.Unlock()
	}
	h.logEvent("  call %d %s %s -> %s", seen.number, kind, describe(fault), describeAnswer(response, err))
	if err == nil && kind == "list" && genuine && response.StatusCode == http.StatusOK {
		h.mu.Lock()
		if offset := query.Get("offset"); offset == "" || offset == "0" { // a further page is newer than the first
			h.lists[n.process] = asked
		}
		seen.dated = seen.dated || !h.schedule.display.noDate
		h.mu.Unlock()
	}
	if dead := n.process.operate(); dead != nil {
		return nil, dead
	}
	return response, err
}

func describe(f sandbox.Fault) string {
	f.Match = nil
	var parts []string
	add := func(is bool, format string, values ...any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, values...))
		}
	}
	add(f.Refuse, "refuse")
	add(f.DropBefore, "drop before")
	add(f.DropAfter, "drop after")
	add(f.Status != 0, "status %d", f.Status)
	add(f.Body != "", "body %q", f.Body)
	add(f.AfterProcessing, "after processing")
	add(f.Delay > 0, "delay %s", f.Delay)
	add(f.DelayAfter > 0, "delay after %s", f.DelayAfter)
	add(f.ProcessLate > 0, "processed %s late", f.ProcessLate)
	add(f.TruncateBody > 0, "truncated at %d", f.TruncateBody)
	add(f.SlowBytes > 0, "%s a byte", f.SlowBytes)
	return "[" + strings.Join(parts, ", ") + "]"
}

func describeAnswer(response *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	return response.Status
}

// markBody appends a number to the JSON as white space.
func markBody(request *http.Request, mark int) error {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return err
	}
	for bit := range 16 {
		body = append(body, " \t"[mark>>bit&1])
	}
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// attemptOf returns the attempt that started a job; nil for a job of another caller.
func (h *harness) attemptOf(job sandbox.StartedJob) *attempt {
	end := bytes.TrimRight(job.Request, " \t")
	blank := job.Request[len(end):]
	if len(blank) != 16 {
		return nil
	}
	mark := 0
	for bit, b := range blank {
		if b == '\t' {
			mark |= 1 << bit
		}
	}
	return h.attempts[mark]
}

// searchSecrets searches everything that was written for the credential.
func (h *harness) searchSecrets(t *testing.T) {
	parts := []string{secret, secret[8:24], "Named"}
	search := func(where string, data []byte) {
		for _, part := range parts {
			if bytes.Contains(data, []byte(part)) {
				h.leftovers += fmt.Sprintf("%q is in %s\n", part, where)
			}
		}
	}
	search("the log", []byte(h.log.String()))
	if h.path == "" {
		return
	}
	err := filepath.WalkDir(h.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		search("a file's name", []byte(path))
		data, err := os.ReadFile(path)
		search(path, data)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// tally has the counts of a run of many schedules.
type tally struct {
	schedules, calls, posts, jobs, deaths, probably, uncertain, already int
	stores                                                              [3]int
	second                                                              map[string]int // jobs that no client could prevent, by reason
}

func (c *tally) add(h *harness) {
	c.schedules++
	c.stores[h.schedule.store]++
	c.calls += len(h.calls)
	c.posts += len(h.attempts)
	for _, job := range h.jobs {
		if h.attemptOf(job) != nil {
			c.jobs++
		}
	}
	if c.second == nil {
		c.second = map[string]int{}
	}
	for _, double := range h.findDuplicates() {
		c.second[double.reason]++
	}
	for _, p := range h.all {
		if p.isDead() {
			c.deaths++
		}
	}
	for _, call := range h.calls {
		var uncertain *UncertainError
		switch {
		case call.died:
		case errors.As(call.err, &uncertain):
			c.uncertain++
		case call.err == nil && call.outcome.Probably:
			c.probably++
		case call.err == nil && (call.outcome.AlreadyRunning || call.outcome.AlreadyDone):
			c.already++
		}
	}
}

func (c tally) String() string {
	text := fmt.Sprintf("%d schedules (%d memory, %d directory, %d leases): %d calls, %d requests, %d jobs, %d processes killed, %d found by looking, %d left open, %d doubles prevented",
		c.schedules, c.stores[0], c.stores[1], c.stores[2], c.calls, c.posts, c.jobs, c.deaths, c.probably, c.uncertain, c.already)
	for _, reason := range slices.Sorted(maps.Keys(c.second)) {
		text += fmt.Sprintf("\nrequests for a second job, since %s: %d", reason, c.second[reason])
	}
	return text
}
