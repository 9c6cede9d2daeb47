package watch

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Earlier is how long the last reports of a project took, from the job's
// creation to the report's. The zero Earlier knows of none.
type Earlier struct{ Shortest, Longest time.Duration }

const (
	earlierReports = 3 // that are looked at
	earlierListed  = 20

	// longestReport tells a report's time from a clock that is wrong.
	longestReport = 24 * time.Hour

	// earlierFor is how long what was learned is believed.
	earlierFor = time.Hour

	// mostEarlier bounds what is remembered; beyond it the memory starts anew.
	mostEarlier = 1000
)

// memory is what was learned of projects, each by one caller's view.
type memory struct {
	mu      sync.Mutex
	learned map[key]lesson // by keys without a job
}

type lesson struct {
	earlier Earlier
	until   time.Time
}

func (m *memory) recall(k key) (Earlier, bool) {
	k.job = uuid.Nil
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.learned[k]
	return known.earlier, ok && time.Now().Before(known.until)
}

func (m *memory) keep(k key, earlier Earlier) {
	k.job = uuid.Nil
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.learned == nil || len(m.learned) >= mostEarlier {
		m.learned = map[key]lesson{}
	}
	m.learned[k] = lesson{earlier, time.Now().Add(earlierFor)}
}

// learn looks at the last reports of a project. Only a report itself says when
// it was written. What cannot be learned costs a few words and nothing else, so
// that a failure is not told.
func learn(ctx context.Context, client *langsmith.Client, project uuid.UUID) (earlier Earlier, ok bool) {
	page, err := client.ListJobs(ctx, project, uuid.Nil, earlierListed, 0)
	if err != nil {
		return Earlier{}, false
	}
	looked := 0
	for _, job := range page.Jobs {
		if job.Status != langsmith.StatusSuccess || looked == earlierReports {
			continue
		}
		looked++
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
