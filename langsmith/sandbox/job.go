package sandbox

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/report"
)

// The states that the sandbox's own jobs pass through.
const (
	statusQueued  = "queued"
	statusRunning = "running"
	statusSuccess = "success"
	statusError   = "error"
)

// job is an Insights job: put in as a fixture, or started by a request and then
// moved on by time and by being read.
type job struct {
	Job
	reads    int
	progress *progress // nil for fixtures, and once the job has ended
	request  []byte
}

// progress is what a started job still has before it.
type progress struct {
	readsUntilDone int // 0: reading does not move the job
	duration       time.Duration
	work           func() report.Result // computes once, whoever calls it
	config         *config              // to save the categories back to; may be nil
}

// queuedPart is the part of its duration that a job waits in the queue: a tenth.
const queuedPart = 10

// unreadDuration is how long a job takes that ends by being read, if nobody reads it.
const unreadDuration = 30 * time.Second

// status is the state that the job shows now.
func (j *job) status(now time.Time) string {
	switch p := j.progress; {
	case len(j.Statuses) > 0:
		return j.Statuses[min(max(j.reads, 1), len(j.Statuses))-1]
	case p == nil:
		return j.Status
	case now.Sub(j.CreatedAt) >= p.duration/queuedPart, p.readsUntilDone > 0 && j.reads > 1:
		return statusRunning
	}
	return statusQueued
}

// dueWork gives the work of a job whose time has come, else nil.
func (j *job) dueWork(now time.Time) func() report.Result {
	p := j.progress
	if p != nil && (now.Sub(j.CreatedAt) >= p.duration || p.readsUntilDone > 0 && j.reads >= p.readsUntilDone) {
		return p.work
	}
	return nil
}

// advance takes a job as far as reads and time allow.
func (c *call) advance(p *project, j *job) {
	if work := j.dueWork(c.now); work != nil {
		c.withoutLock(func() { work() })
		j.finish(p, work(), c.now)
	}
	if j.progress != nil && j.status(c.now) == statusRunning && j.StartTime.IsZero() {
		j.StartTime = j.atMost(c.now, j.progress.duration/queuedPart)
	}
}

// atMost is so long after the job's creation, or now if that is earlier.
func (j *job) atMost(now time.Time, after time.Duration) time.Time {
	if t := j.CreatedAt.Add(after); t.Before(now) {
		return t
	}
	return now
}

func (ws *workspace) unfinished(now time.Time) int {
	n := 0
	for _, p := range ws.projects {
		for _, j := range p.jobs {
			switch s := j.status(now); {
			case s == statusSuccess, s == statusError, s == "failed", j.dueWork(now) != nil:
			default:
				n++
			}
		}
	}
	return n
}

func (j *job) view(now time.Time) jobView {
	v := jobView{
		ID:        j.ID,
		Name:      j.Name,
		Status:    j.status(now),
		StartTime: optionalStamp(j.StartTime),
		EndTime:   optionalStamp(j.EndTime),
		CreatedAt: stamp(j.CreatedAt),
		Metadata:  j.Metadata,
		Shape:     j.Shape,
		ConfigID:  j.ConfigID,
	}
	if j.Error != "" {
		v.Error = &j.Error
	}
	return v
}

func (j *job) detail(now time.Time) jobDetail {
	d := jobDetail{jobView: j.view(now), Clusters: make([]any, len(j.Clusters))}
	for i, cluster := range j.Clusters {
		d.Clusters[i] = addFields(cluster, cluster.Extra)
	}
	if j.Report != nil {
		d.Report = &reportView{
			KeyPoints:  orEmpty(j.Report.KeyPoints),
			Highlights: orEmpty(j.Report.Highlights),
			CreatedAt:  optionalStamp(j.EndTime),
		}
		if j.Report.Title != "" {
			d.Report.Title = &j.Report.Title
		}
	}
	return d
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func remove[T comparable](list []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(have T) bool { return have == gone })
}

// startJob begins a job over what the project holds at this moment.
func (c *call) startJob(p *project, from *config, chosen settings) *job {
	j := &job{
		Job:     Job{ID: c.ws.newID("job"), Name: jobName(chosen, from, c.now), CreatedAt: c.now},
		request: c.raw,
	}
	if from != nil {
		id := from.id
		j.ConfigID = &id
	}
	j.progress = &progress{
		readsUntilDone: c.s.opts.ReadsUntilDone,
		duration:       unreadDuration,
		work:           reportFunc(p.visibleRuns(c.now), chosen, c.now),
		config:         from,
	}
	if d := c.s.opts.JobDuration; d > 0 {
		j.progress.readsUntilDone, j.progress.duration = 0, d
	}
	p.jobs = append(p.jobs, j)
	c.s.started++
	return j
}

// jobName is what the request or its config says.
//
// Unknown: how LangSmith names a job that nobody named.
func jobName(chosen settings, from *config, now time.Time) string {
	switch {
	case chosen.Name != nil && *chosen.Name != "":
		return *chosen.Name
	case from != nil:
		return from.name
	}
	return "Insights " + now.UTC().Format("2006-01-02 15:04")
}

// clusterID names the clusters of a job in an order-independent way.
func clusterID(job uuid.UUID, path string) uuid.UUID {
	return uuid.NewSHA1(job, []byte("cluster/"+path))
}
