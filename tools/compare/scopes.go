package compare

import (
	"cmp"
	"fmt"

	"langsmith-insights-mcp/tools/scope"
	"langsmith-insights-mcp/tools/wording"
)

// listScopeCautions returns the differences in what two jobs read, as far as their scopes are
// known.
func listScopeCautions(job, baseline *scope.Scope) []string {
	var caution []string
	if length, other := job.Length(), baseline.Length(); length > 0 && other > 0 {
		if isBackwards(job, baseline) {
			caution = append(caution, "The baseline's window ends later than the job's, so this goes back in time: swap job_id and baseline_job_id.")
		}
		switch {
		case job.StartTime.Equal(baseline.StartTime.Time) && job.EndTime.Equal(baseline.EndTime.Time):
			caution = append(caution, "Both read the same window.")
		case job.StartTime.Before(baseline.EndTime.Time) && baseline.StartTime.Before(job.EndTime.Time):
			caution = append(caution, "The windows overlap: some traces may be in both reports.")
		}
		if longer := max(length, other); longer-min(length, other) > longer/10 {
			caution = append(caution, fmt.Sprintf("The job's window is %s, the baseline's %s: compare shares, not counts.", wording.Duration(length), wording.Duration(other)))
		}
	}
	switch knows, knowsOther := job.KnowsFilter(), baseline.KnowsFilter(); {
	case knows && knowsOther && job.Filter != baseline.Filter:
		caution = append(caution, fmt.Sprintf("The filters differ: the job reads %s, the baseline %s.", describeFilter(job), describeFilter(baseline)))
	case knows && !knowsOther && job.Filter != "":
		caution = append(caution, fmt.Sprintf("The job reads %s; the baseline's filter is unknown.", describeFilter(job)))
	case !knows && knowsOther && baseline.Filter != "":
		caution = append(caution, fmt.Sprintf("The baseline reads %s; the job's filter is unknown.", describeFilter(baseline)))
	}
	if job != nil && baseline != nil && job.Whole && baseline.Whole && job.Sample != baseline.Sample {
		caution = append(caution, fmt.Sprintf("The samples differ: the job's is %s, the baseline's %s.", cmp.Or(job.Sample, "not given"), cmp.Or(baseline.Sample, "not given")))
	}
	return caution
}

// isBackwards reports whether the baseline's window is known to end later than the job's.
func isBackwards(job, baseline *scope.Scope) bool {
	return job.Length() > 0 && baseline.Length() > 0 && baseline.EndTime.After(job.EndTime.Time)
}

func describeFilter(s *scope.Scope) string {
	if s.Filter == "" {
		return "all traces"
	}
	return "only " + s.DescribeFilter()
}
