package watch

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jellydator/ttlcache/v3"

	"langsmith-insights-mcp/langsmith"
)

// Earlier is how long the last reports of a project took, from the creation of the
// job to that of the report. The zero Earlier knows of none.
type Earlier struct{ Shortest, Longest time.Duration }

const (
	earlierReports = 3  // that are fetched
	earlierListed  = 20 // jobs among which they are looked for

	// longestReport bounds the time of a report. More comes from a clock that is wrong.
	longestReport = 24 * time.Hour

	earlierKnownFor = time.Hour
	maxKnownEarlier = 1000 // projects
)

// earlierCache holds what callers have learned of projects, by keys without a job.
type earlierCache = ttlcache.Cache[key, Earlier]

func newEarlierCache() *earlierCache {
	return ttlcache.New(
		ttlcache.WithTTL[key, Earlier](earlierKnownFor),
		ttlcache.WithCapacity[key, Earlier](maxKnownEarlier),
		ttlcache.WithDisableTouchOnHit[key, Earlier](),
	)
}

// fetchEarlier fetches the last reports of a project: only a report itself says when
// it was written. A failure is not reported, since it costs a few words of progress
// and nothing else.
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
