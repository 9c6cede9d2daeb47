package sandbox

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox/report"
)

// The statuses of the sandbox's jobs.
const (
	statusQueued  = "queued"
	statusRunning = "running"
	statusSuccess = "success"
	statusError   = "error"
)

// job is an Insights job: a fixture, or started by a request. Time and reads advance it.
type job struct {
	Job
	reads    int
	progress *progress // nil for fixtures and finished jobs
	request  []byte
}

// progress is the state of a running job.
type progress struct {
	readsUntilDone int // 0 if reads do not advance the job
	duration       time.Duration
	work           func() report.Result // computes the report once
	config         *config              // gets the categories; may be nil
}

// queuedPart is the inverse of the share of its duration that a job is queued.
const queuedPart = 10

// unreadDuration is the duration of a job that advances by reads but is not read.
const unreadDuration = 30 * time.Second

// status returns the job's current status.
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

// workIfDue returns the work of a job that is due to finish, else nil.
func (j *job) workIfDue(now time.Time) func() report.Result {
	p := j.progress
	if p != nil && (now.Sub(j.CreatedAt) >= p.duration || p.readsUntilDone > 0 && j.reads >= p.readsUntilDone) {
		return p.work
	}
	return nil
}

// advance advances a job as far as reads and time allow.
func (c *call) advance(p *project, j *job) {
	if work := j.workIfDue(c.now); work != nil {
		c.runUnlocked(func() { work() })
		j.finish(p, work(), c.now)
	}
	if j.progress != nil && j.status(c.now) == statusRunning && j.StartTime.IsZero() {
		j.StartTime = j.timeAfterCreation(c.now, j.progress.duration/queuedPart)
	}
}

// timeAfterCreation returns the time d after the job's creation, but not later than now.
func (j *job) timeAfterCreation(now time.Time, d time.Duration) time.Time {
	if t := j.CreatedAt.Add(d); t.Before(now) {
		return t
	}
	return now
}

func (ws *workspace) unfinished(now time.Time) int {
	n := 0
	for _, p := range ws.projects {
		for _, j := range p.jobs {
			switch s := j.status(now); {
			case s == statusSuccess, s == statusError, s == "failed", j.workIfDue(now) != nil:
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
		StartTime: timestampOrNil(j.StartTime),
		EndTime:   timestampOrNil(j.EndTime),
		CreatedAt: timestamp(j.CreatedAt),
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
		d.Clusters[i] = mergeFields(cluster, cluster.Extra)
	}
	if j.Report != nil {
		d.Report = &reportView{
			KeyPoints:  replaceNil(j.Report.KeyPoints),
			Highlights: replaceNil(j.Report.Highlights),
			CreatedAt:  timestampOrNil(j.EndTime),
		}
		if j.Report.Title != "" {
			d.Report.Title = &j.Report.Title
		}
	}
	return d
}

func replaceNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func remove[T comparable](list []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(have T) bool { return have == gone })
}

// startJob starts a job over the current runs of a project.
func (c *call) startJob(p *project, from *config, chosen settings) *job {
	j := &job{
		Job:     Job{ID: c.ws.newID("job"), Name: jobName(chosen, from, c.now), CreatedAt: c.now},
		request: c.raw,
	}
	if from != nil {
		id := from.ID
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

// jobName returns the name in the request, else that of its config.
//
// Unknown: how LangSmith names a job without a name.
func jobName(chosen settings, from *config, now time.Time) string {
	switch {
	case chosen.Name != nil && *chosen.Name != "":
		return *chosen.Name
	case from != nil:
		return from.Name
	}
	return "Insights " + now.UTC().Format("2006-01-02 15:04")
}

// clusterID returns the id of a job's cluster, which depends on the job and path only.
func clusterID(job uuid.UUID, path string) uuid.UUID {
	return uuid.NewSHA1(job, []byte("cluster/"+path))
}
