package sandbox

import (
	"slices"
	"strings"
)

// sessionViewV2 returns a project for the newer list.
func (c *call) sessionViewV2(p *project, withStats bool) map[string]any {
	v := map[string]any{
		"id":                   p.id,
		"tenant_id":            c.ws.id,
		"name":                 p.name,
		"type":                 p.kind(),
		"description":          p.description,
		"start_time":           formatTime(p.started),
		"default_dataset_id":   p.defaultSet,
		"reference_dataset_id": p.dataset,
		"trace_tier":           nil,
	}
	if p.tier != nil {
		v["trace_tier"] = map[string]string{"longlived": "LONG_LIVED", "shortlived": "SHORT_LIVED"}[*p.tier]
	}
	if withStats {
		f := p.figures(c.now)
		v["run_count"], v["error_rate"], v["total_tokens"] = f.RunCount, f.ErrorRate, f.TotalTokens
		v["latency_p50"], v["latency_p99"] = f.LatencyP50, f.LatencyP99
		if !f.last.IsZero() {
			v["last_run_start_time"] = formatTime(f.last)
		}
	}
	return v
}

func (p *project) kind() string {
	switch {
	case p.dataset != nil:
		return "EXPERIMENT"
	case p.agent != "":
		return "AGENT"
	}
	return "PROJECT"
}

// listSessionsV2 returns a page of projects, newest first.
func listSessionsV2(c *call) (any, error) {
	ids := c.queryIDs("id")
	withStats, _ := c.queryBool("include_stats")
	kinds := c.query["type"]
	for i, kind := range kinds {
		asOneOf("PROJECT", "AGENT", "EXPERIMENT")(&c.validationErrors, []any{"query", "type", i}, kind)
	}
	size := c.queryInt("page_size", 100, 1, maxPageSize)
	if err := c.err(); err != nil {
		return nil, err
	}
	var found []*project
	for _, p := range c.ws.projects {
		switch {
		case c.query.Has("name") && p.name != c.query.Get("name"),
			!strings.Contains(strings.ToLower(p.name), strings.ToLower(c.query.Get("name_contains"))),
			len(ids) > 0 && !slices.Contains(ids, p.id),
			len(kinds) > 0 && !slices.Contains(kinds, p.kind()):
			continue
		}
		found = append(found, p)
	}
	c.sortSessions(found, "", true)
	cursor := c.query.Get("cursor")
	shown, next, err := pageFrom(found, &cursor, size)
	if err != nil {
		return nil, err
	}
	views := make([]map[string]any, len(shown))
	for i, p := range shown {
		views[i] = c.sessionViewV2(p, withStats)
	}
	return map[string]any{"items": views, "next_cursor": next}, nil
}

// resolveSession returns the project of an agent's environment, or of an experiment.
func resolveSession(c *call) (any, error) {
	kind := strings.ToUpper(c.query.Get("kind"))
	asOneOf("AGENT", "EXPERIMENT", "EVALUATOR")(&c.validationErrors, []any{"query", "kind"}, kind)
	at := address{kind: kind, id: c.query.Get("id")}
	if kind == "AGENT" {
		at.environment = asOneOf("LOCAL", "DEVELOPMENT", "STAGING", "PRODUCTION")(&c.validationErrors, []any{"query", "environment"}, strings.ToUpper(c.query.Get("environment")))
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	for _, p := range c.ws.projects {
		if p.address() == at {
			return map[string]any{"session_id": p.id}, nil
		}
	}
	return nil, notFound("Session")
}

// address identifies a project by its purpose. Users choose the id of an agent.
type address struct{ kind, id, environment string }

func (p *project) address() address {
	if p.agent != "" {
		return address{p.kind(), p.agent, p.environment}
	}
	return address{kind: p.kind(), id: p.id.String()}
}
