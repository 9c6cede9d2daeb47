package langsmith_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// failures are the failures of a request, with the total number of attempts.
var failures = []struct {
	name       string
	reply      reply
	idempotent int // attempts of a read, or of a write that may be repeated
	paid       int // attempts of a request that costs money or creates something
	ambiguous  bool
}{
	{"400", newReply(400, `{"detail":"no"}`), 1, 1, false},
	{"401", newReply(401, `{"detail":"no"}`), 1, 1, false},
	{"403", newReply(403, `{"detail":"no"}`), 1, 1, false},
	{"404", newReply(404, `{"detail":"no"}`), 1, 1, false},
	{"422", newReply(422, `{"detail":"no"}`), 1, 1, false},
	{"403 of a gateway", newReply(403, "<html>Forbidden</html>"), 1, 1, true},
	{"403 of another's gateway", newReply(403, `{"message":"Forbidden"}`), 1, 1, true},
	{"404 without a body", newReply(404, ""), 1, 1, true},
	{"307", newReply(307, "", "Location", "https://elsewhere.example/"), 1, 1, true},
	{"308 in LangSmith's format", newReply(308, `{"detail":"moved"}`), 1, 1, true},
	{"408", newReply(408, ""), 5, 1, true},
	{"410", newReply(410, `{"detail":"gone"}`), 1, 1, true},
	{"418", newReply(418, `{"error":"teapot"}`), 1, 1, true},
	{"499", newReply(499, `{"detail":"closed"}`), 1, 1, true},
	{"429", newReply(429, rateLimited), 5, 5, false},
	{"429 with plain text", newReply(429, "slow down"), 5, 1, true},
	{"429 without a body", newReply(429, ""), 5, 1, true},
	{"429, too many jobs", newReply(429, `{"detail":"Too many concurrent Insights jobs"}`), 1, 1, false},
	{"429, in a minute", newReply(429, rateLimited, "Retry-After", "60"), 1, 1, false},
	{"500", newReply(500, ""), 1, 1, true},
	{"501", newReply(501, ""), 1, 1, true},
	{"502", newReply(502, "<html>"), 5, 1, true},
	{"503", newReply(503, ""), 5, 1, true},
	{"504", newReply(504, ""), 5, 1, true},
	{"connection refused", failedReply(errRefused), 5, 5, false},
	{"connection refused by a proxy", failedReply(&net.OpError{Op: "dial", Net: "tcp", Err: errRefused}), 5, 5, false},
	{"connection refused, on Windows", failedReply(&net.OpError{Op: "dial", Net: "tcp", Err: windowsRefused}), 5, 5, false},
	{"no route", failedReply(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}), 5, 1, false},
	{"connection reset", failedReply(errReset), 5, 1, true},
	{"connection broken within the response", truncatedReply(`{"id":`), 5, 1, true},
	{"no such host", failedReply(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), 1, 1, false},
	{"an untrusted certificate", failedReply(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), 1, 1, true},
	{"garbage", newReply(200, "<html>"), 1, 1, true},
}

const rateLimited = `{"detail":"Rate limit exceeded"}`

func TestRetries(t *testing.T) {
	for _, op := range operations() {
		for _, c := range failures {
			if hasOlderRoute[op.name] && (c.name == "501" || c.name == "410" || c.name == "404 without a body") {
				continue // the older route is called: see routes_test.go
			}
			t.Run(op.name+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					langSmith := newUpstream(c.reply)
					began := time.Now()
					failed := failure(t, op.call(t.Context(), client(langSmith)))
					want := c.paid
					if op.repeatable {
						want = c.idempotent
					}
					sent := langSmith.requests()
					if len(sent) != want {
						t.Fatalf("sent %d times, want %d", len(sent), want)
					}
					if took := time.Since(began); took > 30*time.Second {
						t.Errorf("took %s", took)
					}
					for _, request := range sent {
						if request.body != op.body || request.method != op.method {
							t.Errorf("sent %s %s, want %s %s", request.method, request.body, op.method, op.body)
						}
					}
					if failed.Ambiguous() != c.ambiguous {
						t.Errorf("ambiguous is %t for %v", failed.Ambiguous(), failed)
					}
				})
			})
		}
	}
}

// Each failure that is retried, followed by a success.
func TestRetryUntilSuccess(t *testing.T) {
	answer := newReply(200, `{"id":"22222222-2222-4222-8222-222222222222","name":"n","status":"queued"}`)
	for name, first := range map[string][]reply{
		"429, then a response":               {newReply(429, rateLimited)},
		"refused, then a response":           {failedReply(errRefused)},
		"refused, 429, 429, then a response": {failedReply(errRefused), newReply(429, rateLimited), newReply(429, rateLimited, "Retry-After", "3")},
		"four refusals, then a response":     {failedReply(errRefused), failedReply(errRefused), failedReply(errRefused), failedReply(errRefused)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith := newUpstream(append(first, answer)...)
				created, err := client(langSmith).CreateInsightsJob(t.Context(), project, &langsmith.CreateInsightsJobRequest{})
				if err != nil || created.ID != job {
					t.Fatalf("got %v, %v", created, err)
				}
				if n := len(langSmith.requests()); n != len(first)+1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

// A conflict does not show that the object existed before the request.
func TestConflictIsAmbiguous(t *testing.T) {
	failed := failure(t, create(t.Context(), client(newUpstream(newReply(409, `{"detail":"conflict"}`)))))
	if !failed.Ambiguous() {
		t.Errorf("not ambiguous: %v", failed)
	}
}

// A request is not retried after its caller has lost the right to start the job.
func TestRetryChecksRightToStart(t *testing.T) {
	for name, first := range map[string]reply{"429": newReply(429, rateLimited), "refused": failedReply(errRefused)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith, asked := newUpstream(first), 0
				_, err := client(langSmith).CreateInsightsJobWithRetry(t.Context(), project, &langsmith.CreateInsightsJobRequest{}, func(context.Context) bool {
					asked++
					return asked < 2
				})
				if failed := failure(t, err); failed.Ambiguous() || len(langSmith.requests()) != 2 || asked != 2 {
					t.Errorf("sent %d times, asked %d times: %v", len(langSmith.requests()), asked, err)
				}
			})
		})
	}
}

// If an attempt got no response, a refusal of the next one is ambiguous.
func TestRefusalAfterLostResponse(t *testing.T) {
	for name, c := range map[string]struct {
		replies   []reply
		ambiguous bool
	}{
		"502, then 404":           {[]reply{newReply(502, ""), newReply(404, "")}, true},
		"reset, then refused":     {[]reply{failedReply(errReset), failedReply(errRefused)}, true},
		"429, then 404":           {[]reply{newReply(429, rateLimited), newReply(404, `{"detail":"no"}`)}, false},
		"refused, then 403":       {[]reply{failedReply(errRefused), newReply(403, `{"detail":"no"}`)}, false},
		"refused, then a gateway": {[]reply{failedReply(errRefused), newReply(403, "<html>")}, true},
		"refused, 503, 429 on":    {[]reply{failedReply(errRefused), newReply(503, ""), newReply(429, "")}, true},
		"429, then a foreign 200": {[]reply{newReply(429, ""), newReply(200, "<html>")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := client(newUpstream(c.replies...)).DeleteConfig(t.Context(), project, other)
				if failed := failure(t, err); failed.Ambiguous() != c.ambiguous {
					t.Errorf("ambiguous is %t for %v", failed.Ambiguous(), failed)
				}
			})
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for name, c := range map[string]struct {
		headers []string
		least   time.Duration
		most    time.Duration
	}{
		"seconds":                 {[]string{"Retry-After", "7"}, 7 * time.Second, 8 * time.Second},
		"a fraction":              {[]string{"Retry-After", "1.5"}, 1500 * time.Millisecond, 1800 * time.Millisecond},
		"milliseconds":            {[]string{"Retry-After-Ms", "1200", "Retry-After", "20"}, 1200 * time.Millisecond, 1500 * time.Millisecond},
		"a date by our clock":     {[]string{"Retry-After", in(9)}, 8 * time.Second, 10 * time.Second},
		"a date by its clock":     {[]string{"Retry-After", in(3609), "Date", in(3600)}, 9 * time.Second, 10 * time.Second},
		"a date gone by":          {[]string{"Retry-After", in(-60)}, 125 * time.Millisecond, 400 * time.Millisecond},
		"nothing":                 {nil, 125 * time.Millisecond, 400 * time.Millisecond},
		"zero":                    {[]string{"Retry-After", "0"}, 125 * time.Millisecond, 400 * time.Millisecond},
		"negative":                {[]string{"Retry-After", "-5"}, 125 * time.Millisecond, 400 * time.Millisecond},
		"no time":                 {[]string{"Retry-After", "soon"}, 125 * time.Millisecond, 400 * time.Millisecond},
		"not a number":            {[]string{"Retry-After", "NaN"}, 125 * time.Millisecond, 400 * time.Millisecond},
		"bad ms, but the seconds": {[]string{"Retry-After-Ms", "x", "Retry-After", "2"}, 2 * time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				langSmith := newUpstream(newReply(503, "", c.headers...), newReply(200, `[]`))
				if _, err := client(langSmith).ListWorkspaces(t.Context()); err != nil {
					t.Fatal(err)
				}
				sent := langSmith.requests()
				if pause := sent[1].at.Sub(sent[0].at); pause < c.least || pause > c.most {
					t.Errorf("waited %s, want %s to %s", pause, c.least, c.most)
				}
			})
		})
	}
}

// in returns an HTTP date, some seconds after the beginning of a synctest bubble.
func in(seconds int) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second).Format(http.TimeFormat)
}

// A Retry-After beyond the bound ends the call immediately and is in its error.
func TestLongRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"31": 31 * time.Second, "3600": time.Hour, "99999999": 24 * time.Hour, "1e300": 24 * time.Hour, in(600): 10 * time.Minute, in(90 * 86400): 24 * time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			langSmith := newUpstream(newReply(429, "", "Retry-After", header))
			failed := failure(t, create(t.Context(), client(langSmith)))
			if failed.RetryAfter != want || len(langSmith.requests()) != 1 {
				t.Errorf("%s: retry after %s, sent %d times", header, failed.RetryAfter, len(langSmith.requests()))
			}
		})
	}
}

func TestNoRetryPastTheDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		reply    reply
		deadline time.Duration
		most     int
	}{
		"before the first pause": {newReply(503, ""), 50 * time.Millisecond, 1},
		"in between":             {newReply(503, ""), 2 * time.Second, 4},
		"before Retry-After":     {newReply(429, "", "Retry-After", "5"), 4 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				langSmith := newUpstream(c.reply)
				_, err := client(langSmith).ListWorkspaces(ctx)
				if failed := failure(t, err); failed.Status == 0 || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the error lacks the last response: %v", err)
				}
				if n := len(langSmith.requests()); n > c.most {
					t.Errorf("sent %d times, want at most %d", n, c.most)
				}
				if ctx.Err() != nil {
					t.Error("the call waited until the deadline")
				}
			})
		})
	}
}

// After a timeout a read is retried within its deadline, and a paid request is not.
func TestRequestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		langSmith := newUpstream(silentReply)
		caller := langsmith.New(langsmith.Options{
			Credentials: langsmith.Credentials{APIKey: key}, Transport: langSmith, Timeout: 12 * time.Second,
		})
		began := time.Now()
		failed := failure(t, create(t.Context(), caller))
		if took := time.Since(began); took != 12*time.Second || !failed.Ambiguous() || !strings.Contains(failed.Error(), "no response within 12s") {
			t.Errorf("after %s, ambiguous %t: %v", took, failed.Ambiguous(), failed)
		}
		if n := len(langSmith.requests()); n != 1 {
			t.Errorf("a paid request was sent %d times", n)
		}
		began = time.Now()
		if _, err := caller.ListWorkspaces(t.Context()); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		// 12 s, a pause, 12 s, a pause, and no attempt begins after 30 s.
		if n, took := len(langSmith.requests())-1, time.Since(began); n != 3 || took > 42*time.Second {
			t.Errorf("a read was sent %d times in %s", n, took)
		}
	})
}

func TestCancelDuringRetries(t *testing.T) {
	for name, one := range map[string]reply{"waiting for an answer": silentReply, "between two sendings": newReply(503, "", "Retry-After", "20")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				langSmith := newUpstream(one)
				time.AfterFunc(time.Second, func() { cancel(errors.New("the client left")) })
				began := time.Now()
				_, err := client(langSmith).ListWorkspaces(ctx)
				if !errors.Is(err, context.Canceled) || time.Since(began) != time.Second || len(langSmith.requests()) != 1 {
					t.Errorf("after %s and %d attempts: %v", time.Since(began), len(langSmith.requests()), err)
				}
			})
		})
	}
}

// A call that is canceled while a paid request waits for its retry is not ambiguous: each
// attempt was refused.
func TestCancelBetweenRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		failed := failure(t, create(ctx, client(newUpstream(newReply(429, rateLimited, "Retry-After", "20")))))
		if failed.Ambiguous() {
			t.Errorf("ambiguous: %v", failed)
		}
	})
}

// Delays grow, and differ between callers.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[string]bool{}
		for range 20 {
			langSmith := newUpstream(newReply(503, ""))
			_, _ = client(langSmith).ListWorkspaces(t.Context())
			sent := langSmith.requests()
			var pauses []time.Duration
			for i, nominal := range []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second} {
				pause := sent[i+1].at.Sub(sent[i].at)
				if pause < nominal/2 || pause > nominal*3/2 {
					t.Errorf("pause %d is %s, want about %s", i+1, pause, nominal)
				}
				pauses = append(pauses, pause)
			}
			seen[fmt.Sprint(pauses)] = true
		}
		if len(seen) < 20 {
			t.Errorf("20 callers had %d different sequences of delays", len(seen))
		}
	})
}
