package watch

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
)

// Earlier has the times that the last reports of a project took, from the creation of the
// job to that of the report. It is zero if there are none.
type Earlier struct{ Shortest, Longest time.Duration }

const (
	earlierReports = 3  // the number of reports that are fetched
	earlierListed  = 20 // the number of jobs that are searched for them

	// longestReport bounds the time of a report. A longer one comes from a wrong clock.
	longestReport = 24 * time.Hour

	earlierTTL = time.Hour
	maxEarlier = 1000 // projects
)

// earlierCache caches the times of projects' reports, by keys without a job.
type earlierCache = ttlcache.Cache[key, Earlier]

func newEarlierCache() *earlierCache {
	return ttlcache.New(
		ttlcache.WithTTL[key, Earlier](earlierTTL),
		ttlcache.WithCapacity[key, Earlier](maxEarlier),
		ttlcache.WithDisableTouchOnHit[key, Earlier](),
	)
}

// fetchEarlier fetches the last reports of a project, because only a report itself has the
// time of its creation. A failure is not reported: the times only improve progress messages.
func fetchEarlier(ctx context.Context, client *langsmith.Client, project uuid.UUID) (earlier Earlier, ok bool) {
	page, err := client.ListJobs(ctx, project, uuid.Nil, earlierListed, 0)
	if err != nil {
		return Earlier{}, false
	}
	fetched := 0
	for _, job := range page.Jobs {
		if job.Status != langsmith.StatusSuccess || fetched == earlierReports {
			continue
		}
		fetched++
		report, err := client.GetJob(ctx, project, job.ID)
		if err != nil {
			return Earlier{}, false
		}
		if report.Summary == nil || report.CreatedAt.IsZero() {
			continue
		}
		took := report.Summary.CreatedAt.Sub(report.CreatedAt.Time)
		if took <= 0 || took > longestReport {
			continue
		}
		if earlier.Longest == 0 || took < earlier.Shortest {
			earlier.Shortest = took
		}
		earlier.Longest = max(earlier.Longest, took)
	}
	return earlier, true
}
