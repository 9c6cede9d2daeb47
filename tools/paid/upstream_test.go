package paid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// display is how LangSmith shows its jobs in one schedule. The zero value shows each job
// correctly and at once.
type display struct {
	listLag time.Duration // until a new job is in the list
	readLag time.Duration // until it can be read by its id
	order   listOrder
	oldJobs int           // that the project had before, all finished
	zone    time.Duration // created_at is local time of this offset, without saying so
	dateOff time.Duration // the Date header against LangSmith's clock
	noDate  bool
	rename  func(string) string // what LangSmith makes of a name; nil for nothing

	otherJobsEnd   string        // the status with which the jobs of other callers end; "" if they do not, "deleted" if they go
	otherJobsAfter time.Duration // how long after their start
}

// deleted is the end of a job that its caller deletes.
const deleted = "deleted"

type listOrder int

const (
	newestFirst listOrder = iota
	oldestFirst
	anyOrder
)

// isPlain reports whether responses need no change.
func (d display) isPlain() bool {
	return d.listLag == 0 && d.readLag == 0 && d.order == newestFirst && d.oldJobs == 0 && d.zone == 0 && d.rename == nil && d.otherJobsEnd == ""
}

// span is a time span.
type span struct{ from, to time.Time }

func (s span) holds(at time.Time) bool { return !at.Before(s.from) && at.Before(s.to) }

// isLostRow reports whether a job is one of those that are missing for a while.
func isLostRow(job uuid.UUID, s span) bool {
	hash := fnv.New64a()
	_, _ = hash.Write(job[:])
	_, _ = hash.Write([]byte(s.from.String()))
	return hash.Sum64()%2 == 0
}

// isLost reports whether a job is missing from lists and reads.
func (h *harness) isLost(job uuid.UUID, at time.Time) bool {
	h.mu.Lock()
	losses := h.losses
	h.mu.Unlock()
	return slices.ContainsFunc(losses, func(s span) bool { return s.holds(at) && isLostRow(job, s) })
}

// otherJobStatus returns the status with which another caller's job has ended; "" if it
// has not, or is not another caller's.
func (h *harness) otherJobStatus(job map[string]any) string {
	d := h.schedule.display
	h.mu.Lock()
	defer h.mu.Unlock()
	if slices.Contains(h.otherCallersJobs, idOf(job)) && !time.Now().Before(h.localCreation(job).Add(d.otherJobsAfter)) {
		return d.otherJobsEnd
	}
	return ""
}

// isGarbled reports whether a missing job leaves an unreadable row.
func (h *harness) isGarbled(job uuid.UUID) bool { return job[0]%2 == 0 }

// listsJob reports whether a list that is requested at a time has a job.
func (h *harness) listsJob(job sandbox.StartedJob, at time.Time) bool {
	return at.After(h.localTime(job).Add(h.schedule.display.listLag)) && !h.isLost(job.ID, at)
}

// wasHiddenTwice reports whether LangSmith does not show a job at a time, and did not two
// minutes or more before.
func (h *harness) wasHiddenTwice(job sandbox.StartedJob, at time.Time) bool {
	made, before := h.localTime(job), at.Add(-LongestLag)
	lagged := h.schedule.display.listLag > 0
	return made.Before(before) && !h.listsJob(job, at) && (lagged ||
		slices.ContainsFunc(h.losses, func(s span) bool { return s.from.Before(before) && isLostRow(job.ID, s) }))
}

// setDate gives a response the date of the schedule's LangSmith.
func (h *harness) setDate(response *http.Response) {
	d := h.schedule.display
	if d.noDate {
		response.Header.Del("Date")
	} else if sent, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		h.mu.Lock()
		off := d.dateOff + h.dateJump
		h.mu.Unlock()
		response.Header.Set("Date", sent.Add(off).Format(http.TimeFormat))
	}
}

// changeResponse changes a response to that of the schedule's LangSmith.
func (h *harness) changeResponse(request *http.Request, query url.Values, response *http.Response) *http.Response {
	d := h.schedule.display
	h.mu.Lock()
	plain := d.isPlain() && len(h.losses) == 0
	h.mu.Unlock()
	if request.Method != http.MethodGet || response.StatusCode != http.StatusOK || plain {
		return response
	}
	body, err := io.ReadAll(response.Body)
	if err != nil { // as a fault has it
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failingReader{err}))
		return response
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	var list struct {
		Jobs []map[string]any `json:"clustering_jobs"`
	}
	var job map[string]any
	if isList(request) {
		if json.Unmarshal(body, &list) == nil && list.Jobs != nil {
			return withBody(response, map[string]any{"clustering_jobs": h.page(list.Jobs, query)})
		}
		return response
	}
	if json.Unmarshal(body, &job) != nil || job["id"] == nil {
		return response
	}
	if at := time.Now(); at.Before(h.localCreation(job).Add(d.readLag)) || h.isLost(idOf(job), at) || h.otherJobStatus(job) == deleted {
		response.StatusCode, response.Status = http.StatusNotFound, "404 Not Found"
		return withBody(response, map[string]any{"detail": "Insights job not found"})
	}
	return withBody(response, h.showJob(job))
}

func isList(request *http.Request) bool { return strings.HasSuffix(request.URL.Path, "/insights") }

func withBody(response *http.Response, body any) *http.Response {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return response
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

func idOf(job map[string]any) uuid.UUID {
	text, _ := job["id"].(string)
	id, _ := uuid.Parse(text)
	return id
}

func (h *harness) createdAt(job map[string]any) time.Time {
	text, _ := job["created_at"].(string)
	at, _ := time.Parse(time.RFC3339Nano, text)
	return at
}

func (h *harness) localCreation(job map[string]any) time.Time {
	return h.createdAt(job).Add(-h.schedule.skew)
}

// showJob returns a row or a job as the schedule's LangSmith shows it.
func (h *harness) showJob(job map[string]any) map[string]any {
	d := h.schedule.display
	if status := h.otherJobStatus(job); status != "" {
		job["status"] = status
	}
	if d.zone != 0 {
		job["created_at"] = h.createdAt(job).Add(d.zone).UTC().Format("2006-01-02T15:04:05.999999")
	}
	if name, ok := job["name"].(string); ok && d.rename != nil {
		job["name"] = d.rename(name)
	}
	return job
}

// page returns the list's page of all jobs.
func (h *harness) page(all []map[string]any, query url.Values) []map[string]any {
	d, now := h.schedule.display, time.Now()
	all = slices.DeleteFunc(all, func(job map[string]any) bool {
		return !now.After(h.localCreation(job).Add(d.listLag)) && d.listLag > 0 || h.isLost(idOf(job), now) && !h.isGarbled(idOf(job)) || h.otherJobStatus(job) == deleted
	})
	for i := range all {
		if h.isLost(idOf(all[i]), now) {
			all[i] = map[string]any{"id": nil}
		} else {
			all[i] = h.showJob(all[i])
		}
	}
	all = append(all, h.oldRows...)
	switch d.order {
	case oldestFirst:
		slices.Reverse(all)
	case anyOrder: // as ids have it
		slices.SortFunc(all, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a["id"]), fmt.Sprint(b["id"])) })
	}
	limit, offset := 20, 0
	if n, err := strconv.Atoi(query.Get("limit")); err == nil {
		limit = n
	}
	if n, err := strconv.Atoi(query.Get("offset")); err == nil {
		offset = n
	}
	offset = min(offset, len(all))
	return append([]map[string]any{}, all[offset:min(offset+limit, len(all))]...)
}

// makeOldRows returns the jobs that the project had before, newest first.
func (h *harness) makeOldRows() {
	for n := range h.schedule.display.oldJobs {
		at := h.began.Add(h.schedule.skew - time.Duration(n+1)*3*time.Hour)
		h.oldRows = append(h.oldRows, h.showJob(map[string]any{
			"id": uuid.NewSHA1(uuid.NameSpaceOID, []byte("old"+strconv.Itoa(n))).String(), "name": "Old", "status": "success",
			"created_at": at.UTC().Format(time.RFC3339Nano), "start_time": nil, "end_time": nil, "config_id": nil, "error": nil,
		}))
	}
}
