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
	StartTime Time      `json:"start_time"` // unknown: of the window that was analysed, or of the work
	EndTime   Time      `json:"end_time"`
	ConfigID  uuid.UUID `json:"config_id"` // uuid.Nil for none
	Shape     Shape     `json:"shape"`     // category to number of runs
}

// NumRuns is how many runs the job's shape counts; 0 while it has none.
func (j *Job) NumRuns() int {
	total := 0
	for _, runs := range j.Shape {
		total += runs
	}
	return total
}

// Shape is how many runs each category at the top has, by its name.
type Shape map[string]int

// UnmarshalJSON implements json.Unmarshaler; what is no number is left out.
func (s *Shape) UnmarshalJSON(data []byte) error {
	*s = nil
	return eachMember(data, func(name string, value jsontext.Value) {
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

func (j *CreatedJob) recognized() bool { return j.ID != uuid.Nil }

// Report is a job with what it found.
type Report struct {
	Job
	Clusters List[Cluster] `json:"clusters"`
	Summary  *Summary      `json:"report"` // nil until the job has succeeded
}

func (j *Job) recognized() bool { return j.ID != uuid.Nil }

func (r *Report) recognized() bool { return r.ID != uuid.Nil }

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
	CreatedAt   Time                 `json:"created_at"` // when it was written; zero where LangSmith does not say
	Title       string               `json:"title"`
	KeyPoints   List[string]         `json:"key_points"`
	Highlighted List[HighlightedRun] `json:"highlighted_traces"`
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
	return c.CreateInsightsJobWhile(ctx, project, request, nil)
}

// CreateInsightsJobWhile is CreateInsightsJob for callers that may lose the right
// to start the job: mayResend is asked before the request is sent again.
func (c *Client) CreateInsightsJobWhile(ctx context.Context, project uuid.UUID, request *CreateInsightsJobRequest, mayResend func(context.Context) bool) (*CreatedJob, error) {
	return send[CreatedJob](ctx, c, operation{method: http.MethodPost, path: insightsPath(project), body: request, mayResend: mayResend})
}

// JobPage is one page of a project's jobs, with LangSmith's clock when it
// answered (zero where it did not say).
type JobPage struct {
	Jobs []Job
	Rows int // how many the answer lists, those that cannot be read included; -1 where it says null
	Date time.Time
}

type jobsBody struct {
	Jobs list[Job] `json:"clustering_jobs"`
}

func (b *jobsBody) recognized() bool { return b.Jobs.present }

// ListJobs lists a project's jobs; configID may be uuid.Nil for any. limit is 1
// to 100. The API gives no total: an empty page is the end.
func (c *Client) ListJobs(ctx context.Context, project, configID uuid.UUID, limit, offset int) (*JobPage, error) {
	query := page(limit, offset)
	if configID != uuid.Nil {
		query.Set("config_id", configID.String())
	}
	var body jobsBody
	got, err := c.do(ctx, readOperation(insightsPath(project), query), &body)
	if err != nil {
		return nil, err
	}
	return &JobPage{Jobs: body.Jobs.items, Rows: body.Jobs.rows, Date: got.date()}, nil
}

// GetJob fetches a job with its clusters and, once it has succeeded, its report.
func (c *Client) GetJob(ctx context.Context, project, job uuid.UUID) (*Report, error) {
	op := readOperation(jobPath(project, job), nil)
	report, err := send[Report](ctx, c, op)
	if err == nil && report.ID != job {
		return nil, &Error{Method: op.method, Path: op.path, Status: http.StatusOK, Err: fmt.Errorf("the answer is about another job, %s", report.ID)}
	}
	return report, err
}

// RenameJob gives a job another name and returns the name and status it has then.
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

func (c *ClusterSummary) recognized() bool { return c.ID != uuid.Nil }

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

type jobRunsBody struct {
	Runs   list[JobRun] `json:"runs"`
	Offset *int         `json:"offset"`
}

func (b *jobRunsBody) recognized() bool { return b.Runs.present }

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
	body, err := get[jobRunsBody](ctx, c, jobPath(project, job)+"/runs", query)
	if err != nil {
		return nil, err
	}
	result := &JobRunsPage{Runs: body.Runs.items}
	// An offset that does not grow, or a page of nothing, would page forever.
	if body.Offset != nil && *body.Offset > q.Offset && len(body.Runs.items) > 0 {
		result.Next, result.More = *body.Offset, true
	}
	return result, nil
}
