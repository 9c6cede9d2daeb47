package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// sessionView is a project in a response, without its figures.
type sessionView struct {
	ID                 uuid.UUID      `json:"id"`
	TenantID           uuid.UUID      `json:"tenant_id"`
	Name               string         `json:"name"`
	Description        *string        `json:"description"`
	StartTime          timestamp      `json:"start_time"`
	EndTime            *timestamp     `json:"end_time"`
	Extra              map[string]any `json:"extra"`
	DefaultDatasetID   *uuid.UUID     `json:"default_dataset_id"`
	ReferenceDatasetID *uuid.UUID     `json:"reference_dataset_id"`
	TraceTier          *string        `json:"trace_tier"`
	LastRunStartLive   *timestamp     `json:"last_run_start_time_live"`
}

func (ws *workspace) session(p *project) sessionView {
	v := sessionView{
		ID:                 p.id,
		TenantID:           ws.id,
		Name:               p.name,
		Description:        p.description,
		StartTime:          timestamp(p.started),
		Extra:              p.extra,
		DefaultDatasetID:   p.defaultSet,
		ReferenceDatasetID: p.dataset,
		TraceTier:          p.tier,
	}
	if p.ended != nil {
		v.EndTime = timestampOrNil(*p.ended)
	}
	if n := len(p.runs); n > 0 {
		v.LastRunStartLive = timestampOrNil(p.runs[n-1].Start)
	}
	return v
}

func listSessions(c *call) (any, error) {
	page := c.page()
	free, freeGiven := c.queryBool("reference_free")
	withStats, _ := c.queryBool("include_stats")
	ids, datasets := c.queryIDs("id"), c.queryIDs("reference_dataset")
	order := c.queryOneOf("sort_by", "name", "start_time", "last_run_start_time", "latency_p50",
		"latency_p99", "error_rate", "feedback", "runs_count")
	descending, given := c.queryBool("sort_by_desc")
	if err := c.err(); err != nil {
		return nil, err
	}
	found := make([]*project, 0, len(c.ws.projects))
	for _, p := range c.ws.projects {
		switch {
		case c.query.Has("name") && p.name != c.query.Get("name"),
			// Unknown: whether LangSmith ignores case.
			!strings.Contains(strings.ToLower(p.name), strings.ToLower(c.query.Get("name_contains"))),
			freeGiven && free != (p.dataset == nil),
			len(ids) > 0 && !slices.Contains(ids, p.id),
			len(datasets) > 0 && (p.dataset == nil || !slices.Contains(datasets, *p.dataset)):
			continue
		}
		found = append(found, p)
	}
	c.sortSessions(found, order, descending || !given)

	views := make([]any, 0, page.limit)
	for _, p := range cutPage(found, page) {
		if withStats {
			views = append(views, c.ws.sessionWithFigures(p, c.now))
		} else {
			views = append(views, c.ws.session(p))
		}
	}
	return views, nil
}

// sortSessions sorts projects, by default by their start.
func (c *call) sortSessions(list []*project, by string, descending bool) {
	known := make(map[*project]figures)
	if by != "" && by != "name" && by != "start_time" {
		for _, p := range list {
			known[p] = p.figures(c.now)
		}
	}
	order := func(a, b *project) int {
		x, y := known[a], known[b]
		switch by {
		case "name":
			return cmp.Compare(a.name, b.name)
		case "last_run_start_time":
			return x.last.Compare(y.last)
		case "latency_p50":
			return cmp.Compare(valueOrZero(x.LatencyP50), valueOrZero(y.LatencyP50))
		case "latency_p99":
			return cmp.Compare(valueOrZero(x.LatencyP99), valueOrZero(y.LatencyP99))
		case "error_rate":
			return cmp.Compare(valueOrZero(x.ErrorRate), valueOrZero(y.ErrorRate))
		case "runs_count":
			return cmp.Compare(x.RunCount, y.RunCount)
		}
		return a.started.Compare(b.started)
	}
	slices.SortStableFunc(list, func(a, b *project) int {
		if descending {
			return order(b, a)
		}
		return order(a, b)
	})
}

func valueOrZero(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

func readSession(c *call) (any, error) {
	id := c.pathID("session_id")
	withStats, _ := c.queryBool("include_stats")
	if err := c.err(); err != nil {
		return nil, err
	}
	p, err := c.ws.project(id)
	if err != nil {
		return nil, err
	}
	if withStats {
		return c.ws.sessionWithFigures(p, c.now), nil
	}
	return c.ws.session(p), nil
}

func createSession(c *call) (any, error) {
	upsert, _ := c.queryBool("upsert")
	o := c.bodyObject()
	p := &project{started: c.now}
	var id *uuid.UUID
	readField(&c.validationErrors, o, "id", &id, pointer(asUUID))
	readField(&c.validationErrors, o, "name", &p.name, asString)
	readField(&c.validationErrors, o, "description", &p.description, pointer(asString))
	readField(&c.validationErrors, o, "start_time", &p.started, asTime)
	readField(&c.validationErrors, o, "end_time", &p.ended, pointer(asTime))
	readField(&c.validationErrors, o, "extra", &p.extra, nullable(asMap(asAnything)))
	readField(&c.validationErrors, o, "default_dataset_id", &p.defaultSet, pointer(asUUID))
	readField(&c.validationErrors, o, "reference_dataset_id", &p.dataset, pointer(asUUID))
	readField(&c.validationErrors, o, "trace_tier", &p.tier, pointer(asOneOf("longlived", "shortlived")))
	if err := c.err(); err != nil {
		return nil, err
	}
	if have := c.ws.projectNamed(p.name); have != nil {
		if !upsert {
			return nil, refuse(http.StatusConflict, "Session with name %q already exists", p.name)
		}
		return c.ws.session(have), nil
	}
	if id != nil {
		if _, err := c.ws.project(*id); err == nil {
			return nil, refuse(http.StatusConflict, "Session with id %s already exists", id)
		}
		p.id = *id
	} else {
		p.id = c.ws.newID("session")
	}
	c.ws.projects = append(c.ws.projects, p)
	return c.ws.session(p), nil
}
