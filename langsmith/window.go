package langsmith

import "time"

// DefaultWindow is how far back a job reads whose request gives no window.
const DefaultWindow = 7 * 24 * time.Hour

// Window returns the time whose traces a job reads that starts now. known is false
// where the request leaves it to a saved config.
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
	return now.Add(-DefaultWindow), now, true
}
