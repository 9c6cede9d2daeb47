package langsmith_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// The credentials and ids of the tests. key has the format of a real one.
const key = "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789"

var (
	project = uuid.MustParse("11111111-1111-4111-8111-111111111111")
	job     = uuid.MustParse("22222222-2222-4222-8222-222222222222")
	other   = uuid.MustParse("33333333-3333-4333-8333-333333333333")
)

// upstream replaces LangSmith in the caller's goroutine. It records the requests and
// returns the replies in order; the last reply repeats.
type upstream struct {
	replies []reply

	mu   sync.Mutex
	sent []request
}

type request struct {
	method string
	url    string
	header http.Header
	body   string
	at     time.Time
}

// reply returns a response or an error.
type reply func(*http.Request) (*http.Response, error)

func newUpstream(replies ...reply) *upstream { return &upstream{replies: replies} }

func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	u.mu.Lock()
	next := u.replies[min(len(u.sent), len(u.replies)-1)]
	u.sent = append(u.sent, request{r.Method, r.URL.String(), r.Header.Clone(), string(body), time.Now()})
	u.mu.Unlock()
	response, err := next(r)
	if response != nil {
		response.Request = r
	}
	return response, err
}

func (u *upstream) requests() []request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]request(nil), u.sent...)
}

// only returns the only request that was sent.
func (u *upstream) only(t *testing.T) request {
	t.Helper()
	sent := u.requests()
	if len(sent) != 1 {
		t.Fatalf("%d requests were sent, want 1", len(sent))
	}
	return sent[0]
}

// newReply responds with a status, a body and headers as name, value, ...
func newReply(status int, body string, headers ...string) reply {
	return func(*http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i+1 < len(headers); i += 2 {
			header.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func failedReply(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// truncatedReply responds with a Content-Length that exceeds the body.
func truncatedReply(body string) reply {
	return func(*http.Request) (*http.Response, error) {
		broken := io.MultiReader(bytes.NewReader([]byte(body)), brokenReader{})
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(broken)}, nil
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// silentReply accepts a request and never responds.
func silentReply(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

var (
	errRefused     = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	windowsRefused = syscall.Errno(10061) // WSAECONNREFUSED
	errReset       = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
)

// client returns a client of a transport with the test's key.
func client(transport http.RoundTripper) *langsmith.Client {
	return langsmith.New(langsmith.Options{
		Credentials: langsmith.Credentials{APIKey: key},
		Transport:   transport,
	})
}

// failure returns the error of an operation, which must be an *Error.
func failure(t *testing.T, err error) *langsmith.Error {
	t.Helper()
	var failed *langsmith.Error
	if !errors.As(err, &failed) {
		t.Fatalf("got error %v, want a *langsmith.Error", err)
	}
	return failed
}

// create starts a job with an empty request.
func create(ctx context.Context, c *langsmith.Client) error {
	_, err := c.CreateInsightsJob(ctx, project, &langsmith.CreateInsightsJobRequest{})
	return err
}

// quiet discards the log of servers whose errors a test provokes.
var quiet = log.New(io.Discard, "", 0)
