package telemetry

import (
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// The attributes that spans carry, by OpenTelemetry's conventions.
const (
	serviceName    = attribute.Key("service.name")
	serviceVersion = attribute.Key("service.version")
	httpMethod     = attribute.Key("http.request.method")
	httpStatus     = attribute.Key("http.response.status_code")
	urlTemplate    = attribute.Key("url.template")
	serverAddress  = attribute.Key("server.address")
)

// upstream observes the requests to LangSmith, each sending of it.
type upstream struct {
	next      http.RoundTripper
	telemetry *Telemetry
}

var ids = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)
})

// template is a path without what tells one project or run from another.
func template(path string) string { return ids().ReplaceAllLiteralString(path, "{id}") }

// RoundTrip implements http.RoundTripper.
func (u *upstream) RoundTrip(request *http.Request) (*http.Response, error) {
	path := template(request.URL.Path)
	started := time.Now()
	var span trace.Span
	if u.telemetry.tracer != nil {
		ctx := request.Context()
		ctx, span = u.telemetry.tracer.Start(ctx, request.Method+" "+path, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
			httpMethod.String(request.Method), urlTemplate.String(path), serverAddress.String(request.URL.Hostname())))
		defer span.End()
		request = request.Clone(ctx)
		u.telemetry.propagator.Inject(ctx, propagation.HeaderCarrier(request.Header))
	}
	response, err := u.next.RoundTrip(request)
	status := "none"
	if err == nil {
		status = strconv.Itoa(response.StatusCode)
	}
	if span != nil {
		switch {
		case err != nil:
			span.SetStatus(codes.Error, "no answer")
		default:
			span.SetAttributes(httpStatus.Int(response.StatusCode))
			if response.StatusCode >= 400 {
				span.SetStatus(codes.Error, "")
			}
		}
	}
	if u.telemetry.metrics != nil {
		u.telemetry.metrics.requestTook(request.Method, path, status, started)
	}
	return response, err
}
