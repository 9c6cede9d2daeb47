package langsmith

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetryAfter bounds what an answer may ask for; a wait of days means no
// more to a caller than one of a day.
const longestRetryAfter = 24 * time.Hour

// retryAfter reads how long an answer asks to wait, in its three forms:
// Retry-After-Ms, Retry-After in seconds, Retry-After as a date. 0 for none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	if wait, ok := duration(header.Get("Retry-After-Ms"), time.Millisecond); ok {
		return wait
	}
	text := header.Get("Retry-After")
	if wait, ok := duration(text, time.Second); ok {
		return wait
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	// The date is by LangSmith's clock, which its own Date header tells.
	if theirs := parseDate(header); !theirs.IsZero() {
		now = theirs
	}
	return min(max(date.Sub(now), 0), longestRetryAfter)
}

func duration(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 0 || math.IsNaN(n) {
		return 0, false
	}
	if n >= float64(longestRetryAfter/unit) {
		return longestRetryAfter, true
	}
	return time.Duration(n * float64(unit)), true
}
