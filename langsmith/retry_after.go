package langsmith

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds the wait that a response may demand. A longer wait means no more
// to a caller.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter returns the wait that a response demands with Retry-After-Ms, with
// Retry-After in seconds or with Retry-After as a date; 0 for none.
func parseRetryAfter(header http.Header, now time.Time) time.Duration {
	if wait, ok := parseDuration(header.Get("Retry-After-Ms"), time.Millisecond); ok {
		return wait
	}
	text := header.Get("Retry-After")
	if wait, ok := parseDuration(text, time.Second); ok {
		return wait
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	// The date is by LangSmith's clock, whose time is in the header Date.
	if serverTime := parseDate(header); !serverTime.IsZero() {
		now = serverTime
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}

func parseDuration(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 0 || math.IsNaN(n) {
		return 0, false
	}
	if n >= float64(maxRetryAfter/unit) {
		return maxRetryAfter, true
	}
	return time.Duration(n * float64(unit)), true
}
