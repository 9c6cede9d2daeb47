package server

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/web"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/watch"
)

// callRecord is the log entry of one tool call. It contains no arguments and no
// results.
type callRecord struct {
	tool      string
	requestID string // of the HTTP request, else generated
	caller    string // the fingerprint of the credential; empty for none
	subject   string // the fingerprint of the authenticated caller; empty without authentication
	trace     string // the id of the trace; empty for none
	began     time.Time
	outcome   string
	failed    bool
	failure   string       // why there was no response from LangSmith
	upstream  atomic.Int64 // the status of the LangSmith response that made the call fail, else of the last response; 0 for none
}

type callRecordKey struct{}

// newCallRecord returns the record of a call, and a context with it for
// [statusRecorder].
func newCallRecord(ctx context.Context, tool, caller string) (context.Context, *callRecord) {
	record := &callRecord{
		tool: tool, requestID: web.RequestID(ctx), caller: caller, subject: web.CallerFrom(ctx).Fingerprint,
		began: time.Now(), outcome: "panic", failed: true,
	}
	if record.requestID == "" {
		record.requestID = uuid.NewString()
	}
	if id := trace.SpanContextFromContext(ctx).TraceID(); id.IsValid() {
		record.trace = id.String()
	}
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("insights.request_id", record.requestID))
	return context.WithValue(ctx, callRecordKey{}, record), record
}

// end sets the outcome of the call.
func (r *callRecord) end(reply tool.Reply, err error) {
	var question *tool.Question
	r.failed = false
	switch {
	case errors.As(err, &question):
		r.outcome = "asked"
	case err != nil:
		r.outcome = "cancelled"
	case reply.IsError:
		cause := unwrapRefusal(reply.Err)
		r.outcome, r.failed = failureKind(cause), true
		upstream := (*langsmith.Error)(nil)
		switch {
		case r.outcome == "no_credentials", r.outcome == "login": // no request was sent
		case errors.As(cause, &upstream): // other requests may have been sent after it
			r.upstream.Store(int64(upstream.Status))
			r.failure = upstream.Failure()
		case r.outcome == "uncertain": // the last response was to a list, and says nothing of the job
			r.upstream.Store(0)
		}
	default:
		r.outcome = "ok"
	}
}

// log logs the call on one line, as a warning if it failed.
func (r *callRecord) log(logger zerolog.Logger) {
	level := zerolog.InfoLevel
	if r.failed {
		level = zerolog.WarnLevel
	}
	line := logger.WithLevel(level).Str("tool", r.tool).Str("outcome", r.outcome).Str("request_id", r.requestID).Dur("duration_ms", time.Since(r.began))
	if status := r.upstream.Load(); status != 0 {
		line = line.Int64("upstream_status", status)
	}
	for _, field := range [...]struct{ name, value string }{{"failure", r.failure}, {"caller", r.caller}, {"subject", r.subject}, {"trace_id", r.trace}} {
		if field.value != "" {
			line = line.Str(field.name, field.value)
		}
	}
	line.Msg("call")
}

// unwrapRefusal returns the error that refusals explain, if they do.
func unwrapRefusal(err error) error {
	var refusal *tool.Refusal
	for errors.As(err, &refusal) && refusal.Cause != nil {
		err = refusal.Cause
	}
	return err
}

// failureKind returns the outcome of a failed call.
func failureKind(err error) string {
	var uncertain *paid.UncertainError
	var left *paid.DisconnectedError
	var arguments *tool.ArgumentError
	var refusal *tool.Refusal
	var login *langsmith.LoginError
	var upstream *langsmith.Error
	switch {
	case errors.As(err, &uncertain), errors.As(err, &left) && left.Sent:
		return "uncertain"
	case errors.As(err, &arguments):
		return "arguments"
	case errors.As(err, &refusal) && refusal.NotFound, tool.IsNotFound(err):
		return "not_found"
	case refusal != nil:
		return "refused"
	case errors.Is(err, langsmith.ErrNoCredentials):
		return "no_credentials"
	case errors.As(err, &login):
		return "login"
	case errors.As(err, &upstream) && upstream.Status == 0, errors.Is(err, watch.ErrNoAnswer):
		return "no_answer"
	case upstream != nil:
		return "upstream"
	}
	return "failed"
}

// statusRecorder is a transport that records the status of each response in the record
// of its call.
type statusRecorder struct{ next http.RoundTripper }

func (s statusRecorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(request)
	if record, ok := request.Context().Value(callRecordKey{}).(*callRecord); ok && err == nil {
		record.upstream.Store(int64(response.StatusCode))
	}
	return response, err
}

// CloseIdleConnections closes those of the next transport, for [Backend.Close].
func (s statusRecorder) CloseIdleConnections() {
	if pool, ok := s.next.(interface{ CloseIdleConnections() }); ok {
		pool.CloseIdleConnections()
	}
}
