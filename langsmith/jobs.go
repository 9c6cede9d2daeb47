package langsmith

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Job is an Insights job as LangSmith lists it.
type Job struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	Status    Status    `json:"status"`
	Error     string    `json:"error"`
	CreatedAt Time      `json:"created_at"`
	StartTime Time      `json:"start_time"` // unknown: of the analysed window, or of the job
	EndTime   Time      `json:"end_time"`
	ConfigID  uuid.UUID `json:"config_id"` // uuid.Nil for none
	Shape     Shape     `json:"shape"`
}

// NumRuns returns the number of runs in the job's shape; 0 while it has none.
func (j *Job) NumRuns() int {
	total := 0
	for _, runs := range j.Shape {
		total += runs
	}
	return total
}

// Shape maps the name of each top category to its number of runs.
type Shape map[string]int

// UnmarshalJSON implements json.Unmarshaler. It skips values that are not numbers.
func (s *Shape) UnmarshalJSON(data []byte) error {
	*s = nil
	return forEachMember(data, func(name string, value jsontext.Value) {
		var runs *int
		if value.Kind() != jsontext.KindNumber || decode(value, &runs) != nil {
			return
		}
		if *s == nil {
			*s = Shape{}
		}
		(*s)[name] = *runs
	})
}

// Status is the state of a job. A status that is not known here means that the job is
// still running.
type Status string

// The statuses of a finished job.
const (
	StatusSuccess Status = "success"
	StatusError   Status = "error"
	statusFailed  Status = "failed"
)

// Done reports whether the job has finished, successfully or not.
func (s Status) Done() bool { return s == StatusSuccess || s.Failed() }

// Failed reports whether the job has failed.
func (s Status) Failed() bool { return s == StatusError || s == statusFailed }

// CreatedJob is LangSmith's response to the creation of a job.
type CreatedJob struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	Status Status    `json:"status"`
	Error  string    `json:"error"`
}

func (j *CreatedJob) isValid() bool { return j.ID != uuid.Nil }

// Report is a job with its result.
type Report struct {
	Job
	Clusters List[Cluster] `json:"clusters"`
	Summary  *Summary      `json:"report"` // nil until the job has succeeded
	Date     time.Time     `json:"-"`      // of the response, by LangSmith's clock; zero if unknown
}

func (j *Job) isValid() bool { return j.ID != uuid.Nil }

func (r *Report) isValid() bool { return r.ID != uuid.Nil }

// Cluster is one category of a report.
type Cluster struct {
	ID          uuid.UUID `json:"id"`
	ParentID    uuid.UUID `json:"parent_id"` // uuid.Nil at the top
	Level       int       `json:"level"`     // use ParentID: sources disagree on the top level's number
	Name        string    `json:"name"`
	Description string    `json:"description"`
	NumRuns     int       `json:"num_runs"`
	Stats       Stats     `json:"stats"`
}

// Summary is the Insights Agent's text about the whole report.
type Summary struct {
	CreatedAt   Time                 `json:"created_at"` // zero if unknown
	Title       string               `json:"title"`
	KeyPoints   List[string]         `json:"key_points"`
	Highlighted List[HighlightedRun] `json:"highlighted_traces"`
}

// HighlightedRun is a trace that the report recommends to open.
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

// CreateInsightsJob starts a paid job. It retries only if the first request surely
// had no effect. After an [Error] that is Ambiguous, a job may have been started.
func (c *Client) CreateInsightsJob(ctx context.Context, project uuid.UUID, request *CreateInsightsJobRequest) (*CreatedJob, error) {
	return c.CreateInsightsJobWithRetry(ctx, project, request, nil)
}

// CreateInsightsJobWithRetry is CreateInsightsJob for callers that may lose the right
// to start the job: it calls mayRetry before each retry, which ends at false.
func (c *Client) CreateInsightsJobWithRetry(ctx context.Context, project uuid.UUID, request *CreateInsightsJobRequest, mayRetry func(context.Context) bool) (*CreatedJob, error) {
	return send[CreatedJob](ctx, c, operation{method: http.MethodPost, path: insightsPath(project), body: request, mayRetry: mayRetry})
}

// JobPage is one page of a project's jobs.
type JobPage struct {
	Jobs []Job
	Rows int       // number of jobs in the response, including those that cannot be read; -1 for null
	Date time.Time // of the response, by LangSmith's clock; zero if unknown
}

type jobsBody struct {
	Jobs list[Job] `json:"clustering_jobs"`
}

func (b *jobsBody) isValid() bool { return b.Jobs.present }

// ListJobs lists a project's jobs, of any config if configID is uuid.Nil; limit is 1 to
// 100. The API returns no total: an empty page is the end.
func (c *Client) ListJobs(ctx context.Context, project, configID uuid.UUID, limit, offset int) (*JobPage, error) {
	query := pageQuery(limit, offset)
	if configID != uuid.Nil {
		query.Set("config_id", configID.String())
	}
	var body jobsBody
	header, err := c.do(ctx, readOperation(insightsPath(project), query), &body)
	if err != nil {
		return nil, err
	}
	return &JobPage{Jobs: body.Jobs.items, Rows: body.Jobs.rows, Date: parseDate(header)}, nil
}

// GetJob fetches a job with its clusters and, after it has succeeded, its report.
func (c *Client) GetJob(ctx context.Context, project, job uuid.UUID) (*Report, error) {
	op := readOperation(jobPath(project, job), nil)
	var report Report
	header, err := c.do(ctx, op, &report)
	if err != nil {
		return nil, err
	}
	if report.ID != job {
		return nil, &Error{Method: op.method, Path: op.path, Status: http.StatusOK, Err: fmt.Errorf("the response is about another job, %s", report.ID)}
	}
	report.Date = parseDate(header)
	return &report, nil
}

// RenameJob renames a job and returns its new name and its status.
func (c *Client) RenameJob(ctx context.Context, project, job uuid.UUID, name string) (*CreatedJob, error) {
	renamed, err := send[struct {
		Name   string `json:"name"`
		Status Status `json:"status"`
	}](ctx, c, operation{
		method: http.MethodPatch, path: jobPath(project, job), body: map[string]string{"name": name}, repeatable: true,
	})
	if err != nil {
		return nil, err
	}
	return &CreatedJob{ID: job, Name: renamed.Name, Status: renamed.Status}, nil
}

// Deleted is LangSmith's response to a deletion.
type Deleted struct {
	ID      uuid.UUID `json:"id"`
	Message string    `json:"message"`
}

// DeleteJob deletes a job and its report.
func (c *Client) DeleteJob(ctx context.Context, project, job uuid.UUID) (*Deleted, error) {
	return remove(ctx, c, jobPath(project, job))
}

// ClusterSummary is one cluster without its size and statistics.
type ClusterSummary struct {
	ID          uuid.UUID `json:"id"`
	ParentID    uuid.UUID `json:"parent_id"`
	NumChildren int       `json:"num_children"`
	Level       int       `json:"level"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
}

func (c *ClusterSummary) isValid() bool { return c.ID != uuid.Nil }

// GetCluster fetches one cluster of a job without the rest of the report.
func (c *Client) GetCluster(ctx context.Context, project, job, cluster uuid.UUID) (*ClusterSummary, error) {
	return get[ClusterSummary](ctx, c, jobPath(project, job)+"/clusters/"+cluster.String(), nil)
}

// JobRunsQuery filters and sorts the runs of a job.
type JobRunsQuery struct {
	ClusterID uuid.UUID // uuid.Nil for every cluster
	Limit     int       // 1 to 100
	Offset    int
	SortKey   string // an attribute; LangSmith sorts within each page only
	SortOrder string // asc or desc
}

// JobRunsPage is one page of a job's runs.
type JobRunsPage struct {
	Runs []JobRun
	Next int  // offset of the next page
	More bool // whether there is a next page
}

type jobRunsBody struct {
	Runs   list[JobRun] `json:"runs"`
	Offset *int         `json:"offset"`
}

func (b *jobRunsBody) isValid() bool { return b.Runs.present }

// ListJobRuns lists the runs of a job's clusters.
func (c *Client) ListJobRuns(ctx context.Context, project, job uuid.UUID, q JobRunsQuery) (*JobRunsPage, error) {
	query := pageQuery(q.Limit, q.Offset)
	if q.ClusterID != uuid.Nil {
		query.Set("cluster_id", q.ClusterID.String())
	}
	if q.SortKey != "" {
		query.Set("attribute_sort_key", q.SortKey)
	}
	if q.SortOrder != "" {
		query.Set("attribute_sort_order", q.SortOrder)
	}
	body, err := get[jobRunsBody](ctx, c, jobPath(project, job)+"/runs", query)
	if err != nil {
		return nil, err
	}
	result := &JobRunsPage{Runs: body.Runs.items}
	// An offset that does not grow, or an empty page, would repeat without end.
	if body.Offset != nil && *body.Offset > q.Offset && len(body.Runs.items) > 0 {
		result.Next, result.More = *body.Offset, true
	}
	return result, nil
}
