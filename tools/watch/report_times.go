package watch

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
)

// ReportTimes has the times that the last reports of a project took, from the creation of the
// job to that of the report. It is zero if there are none.
type ReportTimes struct{ Shortest, Longest time.Duration }

const (
	timedReports = 3  // the number of reports that are fetched
	searchedJobs = 20 // the number of jobs that are searched for them

	// maxReportTime bounds the time of a report. A longer one comes from a wrong clock.
	maxReportTime = 24 * time.Hour

	reportTimesTTL = time.Hour
	maxReportTimes = 1000 // projects
)

// reportTimesCache caches the times of projects' reports, by keys without a job.
type reportTimesCache = ttlcache.Cache[key, ReportTimes]

func newReportTimesCache() *reportTimesCache {
	return ttlcache.New(
		ttlcache.WithTTL[key, ReportTimes](reportTimesTTL),
		ttlcache.WithCapacity[key, ReportTimes](maxReportTimes),
		ttlcache.WithDisableTouchOnHit[key, ReportTimes](),
	)
}

// fetchReportTimes fetches the last reports of a project, because only a report itself has the
// time of its creation. A failure is not reported: the times only improve progress messages.
func fetchReportTimes(ctx context.Context, client *langsmith.Client, project uuid.UUID) (times ReportTimes, ok bool) {
	page, err := client.ListJobs(ctx, project, uuid.Nil, searchedJobs, 0)
	if err != nil {
		return ReportTimes{}, false
	}
	fetched := 0
	for _, job := range page.Jobs {
		if job.Status != langsmith.StatusSuccess || fetched == timedReports {
			continue
		}
		fetched++
		report, err := client.GetJob(ctx, project, job.ID)
		if err != nil {
			return ReportTimes{}, false
		}
		if report.Summary == nil || report.CreatedAt.IsZero() {
			continue
		}
		took := report.Summary.CreatedAt.Sub(report.CreatedAt.Time)
		if took <= 0 || took > maxReportTime {
			continue
		}
		if times.Longest == 0 || took < times.Shortest {
			times.Shortest = took
		}
		times.Longest = max(times.Longest, took)
	}
	return times, true
}
