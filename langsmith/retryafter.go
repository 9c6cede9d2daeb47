package langsmith

import (
	"crypto/tls"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads how long an answer asks to wait, in its three forms:
// Retry-After-Ms, Retry-After in seconds, Retry-After as a date. 0 for none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	if wait, ok := positive(header.Get("Retry-After-Ms"), time.Millisecond); ok {
		return wait
	}
	text := header.Get("Retry-After")
	if wait, ok := positive(text, time.Second); ok {
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
	return max(date.Sub(now), 0)
}

func positive(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 0 || math.IsNaN(n) || n*float64(unit) > float64(24*time.Hour) {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}

// isPermanent reports whether a request failed in a way that trying again at
// once cannot mend: a certificate that is not trusted, a turn that is far off.
func isPermanent(err error) bool {
	var certificate *tls.CertificateVerificationError
	var paced *pacedError
	return errors.As(err, &certificate) || errors.As(err, &paced)
}
