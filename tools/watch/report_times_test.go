package watch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
)

// endedJobBody returns a job that has ended, with a report created after a time; 0 for a report
// without a creation time.
func endedJobBody(status string, took time.Duration) string {
	created := time.Now().Add(-48 * time.Hour)
	written := "null"
	if took != 0 {
		written = fmt.Sprintf("%q", created.Add(took).Format(time.RFC3339))
	}
	return fmt.Sprintf(`{"id":%q,"name":"n","status":%q,"created_at":%q,"clusters":[],"report":{"created_at":%s}}`,
		uuid.New(), status, created.Format(time.RFC3339), written)
}

func TestReportTimes(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func() []string
		want   ReportTimes
	}{
		{"none", func() []string { return nil }, ReportTimes{}},
		{"one", func() []string { return []string{endedJobBody("success", 11*time.Minute)} }, ReportTimes{11 * time.Minute, 11 * time.Minute}},
		{"several", func() []string {
			return []string{
				endedJobBody("running", 0), endedJobBody("success", 19*time.Minute), endedJobBody("error", time.Minute),
				endedJobBody("success", 11*time.Minute), endedJobBody("success", 12*time.Minute), endedJobBody("success", time.Second),
			}
		}, ReportTimes{11 * time.Minute, 19 * time.Minute}},
		{"without usable times", func() []string {
			return []string{endedJobBody("success", 0), endedJobBody("success", -time.Hour), endedJobBody("success", 30*time.Hour)}
		}, ReportTimes{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(runningBody(time.Now()))
				up.earlier = c.before()
				w := New()
				for range 3 {
					state, err := w.Wait(t.Context(), request(up.client("key"), 25*time.Second))
					if err != nil || state.ReportTimes != c.want {
						t.Errorf("got %+v, %v; want %+v", state.ReportTimes, err, c.want)
					}
				}
				if up.lists != 1 {
					t.Errorf("listed the jobs %d times", up.lists)
				}
				time.Sleep(reportTimesTTL)
				_, _ = w.Wait(t.Context(), request(up.client("key"), 0))
				if up.lists != 1 {
					t.Error("a look listed the jobs")
				}
				_, _ = w.Wait(t.Context(), request(up.client("key"), time.Minute))
				if up.lists != 2 {
					t.Error("the times do not expire")
				}
			})
		})
	}
}

func TestNextLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ shortest, want time.Duration }{
			{0, 0},
			{time.Minute, time.Minute},
			{20 * time.Minute, maxPause},
		} {
			state := State{began: time.Now(), ReportTimes: ReportTimes{Shortest: c.shortest}}
			if got := state.NextLook(); got != c.want {
				t.Errorf("shortest %s: look again in %s, want %s", c.shortest, got, c.want)
			}
		}
	})
}
