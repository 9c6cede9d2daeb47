package langsmith

import "time"

// defaultWindow is how far back a job reads if its request has no window.
const defaultWindow = 7 * 24 * time.Hour

// Window returns the time range of the traces that a job reads if it starts now. known is
// false if the window is that of a saved config.
func (r *CreateInsightsJobRequest) Window(now time.Time) (start, end time.Time, known bool) {
	if hours, ok := r.LastNHours.Get(); ok {
		if hours > int(now.Sub(earliestRun).Hours()) {
			return earliestRun, now, true
		}
		return now.Add(-time.Duration(hours) * time.Hour), now, true
	}
	if text, ok := r.StartTime.Get(); ok {
		start, err := text.Time()
		if err != nil {
			return time.Time{}, time.Time{}, false
		}
		end := now
		if text, ok := r.EndTime.Get(); ok {
			if end, err = text.Time(); err != nil {
				return time.Time{}, time.Time{}, false
			}
		}
		return start, end, true
	}
	if _, ok := r.ConfigID.Get(); ok {
		return time.Time{}, time.Time{}, false
	}
	return now.Add(-defaultWindow), now, true
}
