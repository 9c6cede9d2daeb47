package telemetry

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

// upstream records each request to LangSmith, and each retry, as a span and a duration, by
// OpenTelemetry's conventions for HTTP clients. otelhttp would record url.full, with ids
// and filters, and error messages.
type upstream struct {
	next       http.RoundTripper
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	durations  *prometheus.HistogramVec // nil when metrics are off
}

var ids = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)

// RoundTrip implements http.RoundTripper.
func (u *upstream) RoundTrip(request *http.Request) (*http.Response, error) {
	method, path, started := request.Method, ids.ReplaceAllLiteralString(request.URL.Path, "{id}"), time.Now()
	address, port := request.URL.Hostname(), portOf(request.URL)
	ctx, span := u.tracer.Start(request.Context(), method+" "+path, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.HTTPRequestMethodKey.String(method), semconv.URLTemplate(path), semconv.ServerAddress(address), semconv.ServerPort(port)))
	defer span.End()
	request = request.Clone(ctx)
	u.propagator.Inject(ctx, propagation.HeaderCarrier(request.Header))

	response, err := u.next.RoundTrip(request)

	var status, errorType string
	switch {
	case err != nil:
		errorType = semconv.ErrorType(err).Value.AsString() // its type, because its message may contain ids
	default:
		status = strconv.Itoa(response.StatusCode)
		span.SetAttributes(semconv.HTTPResponseStatusCode(response.StatusCode))
		if response.StatusCode >= http.StatusBadRequest {
			errorType = status
		}
	}
	if errorType != "" {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(semconv.ErrorTypeKey.String(errorType))
	}
	if u.durations != nil {
		u.durations.WithLabelValues(method, address, strconv.Itoa(port), path, status, errorType).Observe(time.Since(started).Seconds())
	}
	return response, err
}

func portOf(u *url.URL) int {
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return port
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}
