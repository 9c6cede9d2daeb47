package sandbox

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// widePerTop is the number of categories in each top category of a wide report, including
// the top one.
const widePerTop = 8

// WideReport returns a finished job with categories on two levels, each with a description
// of descriptionRunes and one run. It is meant to exceed the size of any result.
func WideReport(categories, descriptionRunes int) Job {
	j := Job{Name: "Wide", Shape: make(map[string]int), Report: &Report{Title: "Wide report (sandbox fixture)"}}
	sentence := []rune(strings.Repeat("Many words about very little. ", descriptionRunes/30+1))
	for i := range categories {
		c := Cluster{
			ID:          uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "wide/%d", i)),
			Name:        fmt.Sprintf("Category %d", i+1),
			Description: string(sentence[:descriptionRunes]),
			NumRuns:     1,
			Stats:       map[string]any{"run_count": 1, "error_rate": float64(i%10) / 10, "latency_p50": 1.5, "cost_p50": 0.01},
		}
		if top := i - i%widePerTop; top != i {
			parent := j.Clusters[top]
			c.ParentID, c.ParentName = &parent.ID, &parent.Name
			j.Clusters[top].NumRuns++
			j.Shape[parent.Name]++
		} else {
			c.Level = 1
			j.Shape[c.Name] = 1
		}
		j.Clusters = append(j.Clusters, c)
		j.Report.KeyPoints = append(j.Report.KeyPoints, fmt.Sprintf("%s is one of %d.", c.Name, categories))
		run := uuid.NewSHA1(c.ID, []byte("run"))
		j.Runs = append(j.Runs, JobRun{ClusterID: c.ID, Fields: map[string]any{"id": run, "name": "trace", "summary": c.Name}})
	}
	return j
}
