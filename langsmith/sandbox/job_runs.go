package sandbox

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// listJobRuns lists the runs that a job analysed.
//
// Unknown: the order, and whether a cluster's runs include those of its subclusters; here
// they do.
func listJobRuns(c *call) (any, error) {
	page, clusterID := c.page(), c.queryID("cluster_id")
	key := c.query.Get("attribute_sort_key")
	order := c.queryOneOf("attribute_sort_order", "asc", "desc")
	_, j, err := c.job()
	if err != nil {
		return nil, err
	}
	runs := j.Runs
	if clusterID != nil {
		within := j.subtree(*clusterID)
		if len(within) == 0 {
			return nil, notFound("Cluster")
		}
		runs = nil
		for _, r := range j.Runs {
			if _, inside := within[r.ClusterID]; inside {
				runs = append(runs, r)
			}
		}
	}
	shown := slices.Clone(cutPage(runs, page))
	if key != "" {
		// LangSmith sorts within a page only.
		slices.SortStableFunc(shown, func(a, b JobRun) int {
			c := compareAttributes(a.attribute(key), b.attribute(key))
			if order == "desc" {
				return -c
			}
			return c
		})
	}
	views := make([]map[string]any, len(shown))
	for i, r := range shown {
		views[i] = r.Fields
	}
	var next *int
	if end := page.offset + len(shown); len(shown) > 0 && end < len(runs) {
		next = &end
	}
	return map[string]any{"runs": views, "offset": next}, nil
}

// subtree returns a cluster and its descendants; none if there is no such cluster. The
// parents of a fixture may be missing or form a cycle.
func (j *job) subtree(top uuid.UUID) map[uuid.UUID]struct{} {
	within := make(map[uuid.UUID]struct{})
	for _, cluster := range j.Clusters {
		if cluster.ID == top {
			within[top] = struct{}{}
		}
	}
	for grown := len(within) > 0; grown; {
		grown = false
		for _, cluster := range j.Clusters {
			if cluster.ParentID == nil {
				continue
			}
			_, have := within[cluster.ID]
			if _, below := within[*cluster.ParentID]; below && !have {
				within[cluster.ID] = struct{}{}
				grown = true
			}
		}
	}
	return within
}

func (r JobRun) attribute(key string) any {
	attributes, _ := r.Fields["attributes"].(map[string]any)
	return attributes[key]
}

// compareAttributes orders attribute values: missing ones first, then false, true, numbers,
// strings.
func compareAttributes(a, b any) int {
	rank := func(v any) int {
		switch v.(type) {
		case bool:
			return 1
		case float64:
			return 2
		case string:
			return 3
		}
		return 0
	}
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch x := a.(type) {
	case bool:
		return cmp.Compare(boolRank(x), boolRank(b.(bool)))
	case float64:
		return cmp.Compare(x, b.(float64))
	case string:
		return cmp.Compare(x, b.(string))
	}
	return 0
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}
