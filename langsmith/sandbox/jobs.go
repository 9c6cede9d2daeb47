package sandbox

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// jobView is a job in a list.
type jobView struct {
	ID        uuid.UUID      `json:"id"`
	Name      string         `json:"name"`
	Status    string         `json:"status"`
	StartTime *timestamp     `json:"start_time"`
	EndTime   *timestamp     `json:"end_time"`
	CreatedAt timestamp      `json:"created_at"`
	Metadata  map[string]any `json:"metadata"`
	Shape     map[string]int `json:"shape"`
	Error     *string        `json:"error"`
	ConfigID  *uuid.UUID     `json:"config_id"`
}

// jobDetail is a single job. Its clusters are an array, its report is null until it is
// done.
type jobDetail struct {
	jobView
	Clusters []any       `json:"clusters"`
	Report   *reportView `json:"report"`
}

type reportView struct {
	KeyPoints  []string    `json:"key_points"`
	Title      *string     `json:"title"`
	Highlights []Highlight `json:"highlighted_traces"`
	CreatedAt  *timestamp  `json:"created_at"`
}

func (c *call) job() (*project, *job, error) {
	session, id := c.pathID("session_id"), c.pathID("job_id")
	if err := c.err(); err != nil {
		return nil, nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range p.jobs {
		if j.ID == id {
			return p, j, nil
		}
	}
	return nil, nil, notFound("Insights job")
}

// listJobs lists the newest job first.
//
// Unknown: LangSmith's order, and the meaning of legacy, which has no effect here.
func listJobs(c *call) (any, error) {
	session, page, configID := c.pathID("session_id"), c.page(), c.queryID("config_id")
	c.queryBool("legacy")
	if err := c.err(); err != nil {
		return nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, err
	}
	var newest []*job
	for i := len(p.jobs) - 1; i >= 0; i-- {
		if j := p.jobs[i]; configID == nil || j.ConfigID != nil && *j.ConfigID == *configID {
			newest = append(newest, j)
		}
	}
	views := make([]any, 0, page.limit)
	for _, j := range cutPage(newest, page) {
		c.advance(p, j)
		views = append(views, mergeFields(j.view(c.now), j.Extra))
	}
	return map[string]any{"clustering_jobs": views}, nil
}

func createJob(c *call) (any, error) {
	session := c.pathID("session_id")
	o := c.bodyObject()
	request := readJobRequest(&c.validationErrors, o)
	// Report the errors of the request before a missing config.
	base := settings{Model: "openai"}
	base.overlay(&c.validationErrors, o)
	if err := c.err(); err != nil {
		return nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, err
	}
	var from *config
	if request.configID != nil {
		if from, err = p.config(*request.configID); err != nil {
			return nil, err
		}
		// Unknown: what other fields mean with config_id. Here they override the
		// config.
		base = from.Config
		base.overlay(&c.validationErrors, o)
	}
	if err := base.check(&c.validationErrors, []any{"body"}); err != nil {
		return nil, err
	}
	if missing := base.missingSecrets(c.s.opts.Secrets); request.validateSecrets && len(missing) > 0 {
		return nil, refuse(http.StatusUnprocessableEntity, "['%s']", strings.Join(missing, "', '"))
	}
	if limit := c.s.opts.MaxConcurrentJobs; limit > 0 && c.ws.unfinished(c.now) >= limit {
		return nil, refuse(http.StatusTooManyRequests, "Too many concurrent Insights jobs")
	}
	j := c.startJob(p, from, base)
	return map[string]any{"id": j.ID, "name": j.Name, "status": statusQueued, "error": nil}, nil
}

// readJob returns a job and advances it.
func readJob(c *call) (any, error) {
	p, j, err := c.job()
	if err != nil {
		return nil, err
	}
	j.reads++
	c.advance(p, j)
	return mergeFields(j.detail(c.now), j.Extra), nil
}

func renameJob(c *call) (any, error) {
	var name string
	readRequired(&c.validationErrors, c.bodyObject(), "name", &name, asString)
	_, j, err := c.job()
	if err != nil {
		return nil, err
	}
	j.Name = name
	return map[string]any{"name": j.Name, "status": j.status(c.now)}, nil
}

func deleteJob(c *call) (any, error) {
	p, j, err := c.job()
	if err != nil {
		return nil, err
	}
	p.jobs = remove(p.jobs, j)
	return deletedView(j.ID, "Insights job deleted"), nil
}

// deletedView confirms a deletion.
//
// Unknown: LangSmith's wording.
func deletedView(id uuid.UUID, message string) any {
	return map[string]any{"id": id, "message": message}
}

func readCluster(c *call) (any, error) {
	id := c.pathID("cluster_id")
	_, j, err := c.job()
	if err != nil {
		return nil, err
	}
	children := 0
	var found *Cluster
	for i := range j.Clusters {
		cluster := &j.Clusters[i]
		if cluster.ID == id {
			found = cluster
		}
		if cluster.ParentID != nil && *cluster.ParentID == id {
			children++
		}
	}
	if found == nil {
		return nil, notFound("Cluster")
	}
	return map[string]any{
		"id":           found.ID,
		"parent_id":    found.ParentID,
		"num_children": children,
		"level":        found.Level,
		"name":         found.Name,
		"description":  found.Description,
	}, nil
}
