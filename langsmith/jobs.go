package langsmith

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Job is an Insights job as LangSmith lists it.
type Job struct {
	ID        uuid.UUID      `json:"id"`
	Name      string         `json:"name"`
	Status    Status         `json:"status"`
	Error     string         `json:"error"`
	CreatedAt Time           `json:"created_at"`
	StartTime Time           `json:"start_time"` // of the window that was analysed, not of the work
	EndTime   Time           `json:"end_time"`
	ConfigID  uuid.UUID      `json:"config_id"` // uuid.Nil for none
	Shape     map[string]int `json:"shape"`     // category to number of runs
}

// NumRuns is how many runs the job's shape counts; 0 while it has none.
func (j *Job) NumRuns() int {
	total := 0
	for _, runs := range j.Shape {
		total += runs
	}
	return total
}

// Status is where a job is in its life. LangSmith may answer words that are
// not known here; such a job is still going.
type Status string

// The statuses that end a job.
const (
	StatusSuccess Status = "success"
	StatusError   Status = "error"
	statusFailed  Status = "failed"
)

// Done reports whether the job has ended, well or badly.
func (s Status) Done() bool { return s == StatusSuccess || s.Failed() }

// Failed reports whether the job ended badly.
func (s Status) Failed() bool { return s == StatusError || s == statusFailed }

// CreatedJob is LangSmith's answer to a new job.
type CreatedJob struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	Status Status    `json:"status"`
	Error  string    `json:"error"`
}

// Report is a job with what it found.
type Report struct {
	Job
	Clusters []Cluster `json:"clusters"`
	Summary  *Summary  `json:"report"` // nil until the job has succeeded
}

// Cluster is one category of a report.
type Cluster struct {
	ID          uuid.UUID `json:"id"`
	ParentID    uuid.UUID `json:"parent_id"` // uuid.Nil at the top
	Level       int       `json:"level"`     // sources disagree on which level is the top: use ParentID
	Name        string    `json:"name"`
	Description string    `json:"description"`
	NumRuns     int       `json:"num_runs"`
	Stats       Stats     `json:"stats"`
}

// Summary is what the Insights Agent wrote about a report as a whole.
type Summary struct {
	Title       string           `json:"title"`
	KeyPoints   []string         `json:"key_points"`
	Highlighted []HighlightedRun `json:"highlighted_traces"`
}

// HighlightedRun is a trace that the report holds worth opening.
type HighlightedRun struct {
	RunID       uuid.UUID `json:"run_id"`
	ClusterID   uuid.UUID `json:"cluster_id"`
	ClusterName string    `json:"cluster_name"`
	Rank        int       `json:"rank"`
	Reason      string    `json:"highlight_reason"`
	Summary     string    `json:"summary"`
}

func insightsPath(project uuid.UUID) string {
	return "/sessions/" + project.String() + "/insights"
}

func jobPath(project, job uuid.UUID) string {
	return insightsPath(project) + "/" + job.String()
}

// CreateInsightsJob starts a paid job. It sends the request a second time only
// where the first surely had no effect; an [Error] that is Ambiguous leaves
// open whether a job was started.
func (c *Client) CreateInsightsJob(ctx context.Context, project uuid.UUID, request *CreateInsightsJobRequest) (*CreatedJob, error) {
	var created CreatedJob
	op := operation{method: http.MethodPost, path: insightsPath(project), body: request, resend: resendUnprocessed}
	if _, err := c.do(ctx, op, &created); err != nil {
		return nil, err
	}
	if created.ID == uuid.Nil {
		return nil, &Error{Method: op.method, Path: op.path, Status: http.StatusOK, Message: "the answer names no job"}
	}
	return &created, nil
}

// JobPage is one page of a project's jobs, with LangSmith's clock when it
// answered (zero where it did not say).
type JobPage struct {
	Jobs []Job
	Date time.Time
}

// ListJobs lists a project's jobs; configID may be uuid.Nil for any. limit is 1
// to 100. The API gives no total: an empty page is the end.
func (c *Client) ListJobs(ctx context.Context, project, configID uuid.UUID, limit, offset int) (*JobPage, error) {
	query := page(limit, offset)
	if configID != uuid.Nil {
		query.Set("config_id", configID.String())
	}
	var body struct {
		Jobs []Job `json:"clustering_jobs"`
	}
	got, err := c.do(ctx, operation{method: http.MethodGet, path: insightsPath(project), query: query}, &body)
	if err != nil {
		return nil, err
	}
	return &JobPage{Jobs: body.Jobs, Date: got.date}, nil
}

// GetJob fetches a job with its clusters and, once it has succeeded, its report.
func (c *Client) GetJob(ctx context.Context, project, job uuid.UUID) (*Report, error) {
	return get[Report](ctx, c, jobPath(project, job), nil)
}

// RenameJob gives a job another name and returns the name and status it has then.
func (c *Client) RenameJob(ctx context.Context, project, job uuid.UUID, name string) (*CreatedJob, error) {
	body := struct {
		Name string `json:"name"`
	}{name}
	renamed, err := send[CreatedJob](ctx, c, operation{method: http.MethodPatch, path: jobPath(project, job), body: body})
	if err != nil {
		return nil, err
	}
	renamed.ID = job // the API does not repeat it
	return renamed, nil
}

// Deleted is the API's answer to a deletion.
type Deleted struct {
	ID      uuid.UUID `json:"id"`
	Message string    `json:"message"`
}

// DeleteJob deletes a job and its report.
func (c *Client) DeleteJob(ctx context.Context, project, job uuid.UUID) (*Deleted, error) {
	return remove(ctx, c, jobPath(project, job))
}

// ClusterSummary is one cluster as the API gives it alone, without sizes.
type ClusterSummary struct {
	ID          uuid.UUID `json:"id"`
	ParentID    uuid.UUID `json:"parent_id"`
	NumChildren int       `json:"num_children"`
	Level       int       `json:"level"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
}

// GetCluster fetches one cluster of a job without the rest of the report.
func (c *Client) GetCluster(ctx context.Context, project, job, cluster uuid.UUID) (*ClusterSummary, error) {
	return get[ClusterSummary](ctx, c, jobPath(project, job)+"/clusters/"+cluster.String(), nil)
}

// JobRunsQuery narrows and orders the runs of a job.
type JobRunsQuery struct {
	ClusterID uuid.UUID // uuid.Nil for every cluster
	Limit     int       // 1 to 100
	Offset    int
	SortKey   string // an attribute to sort by, within a page only
	SortOrder string // asc or desc
}

// JobRunsPage is one page of a job's runs. Next is the offset of the page after
// it, and More whether there is one.
type JobRunsPage struct {
	Runs []JobRun
	Next int
	More bool
}

// ListJobRuns lists the runs behind a job's clusters.
func (c *Client) ListJobRuns(ctx context.Context, project, job uuid.UUID, q JobRunsQuery) (*JobRunsPage, error) {
	query := page(q.Limit, q.Offset)
	if q.ClusterID != uuid.Nil {
		query.Set("cluster_id", q.ClusterID.String())
	}
	if q.SortKey != "" {
		query.Set("attribute_sort_key", q.SortKey)
	}
	if q.SortOrder != "" {
		query.Set("attribute_sort_order", q.SortOrder)
	}
	var body struct {
		Runs   []JobRun `json:"runs"`
		Offset *int     `json:"offset"`
	}
	if _, err := c.do(ctx, operation{method: http.MethodGet, path: jobPath(project, job) + "/runs", query: query}, &body); err != nil {
		return nil, err
	}
	result := &JobRunsPage{Runs: body.Runs}
	// An offset that does not grow, or a page of nothing, would page forever.
	if body.Offset != nil && *body.Offset > q.Offset && len(body.Runs) > 0 {
		result.Next, result.More = *body.Offset, true
	}
	return result, nil
}

func page(limit, offset int) url.Values {
	query := url.Values{}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	return query
}

// get is the shape of every operation that only reads one thing.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return send[T](ctx, c, operation{method: http.MethodGet, path: path, query: query})
}

func remove(ctx context.Context, c *Client, path string) (*Deleted, error) {
	return send[Deleted](ctx, c, operation{method: http.MethodDelete, path: path})
}
