package telemetry

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// variables is an environment.
type variables map[string]string

func (v variables) get(name string) string { return v[name] }

// collector starts a collector of traces that responds with the statuses in turn, and then
// always with the last.
func collector(t *testing.T, statuses ...int) (address string, spans func() []string, lastRequest func() *http.Request) {
	t.Helper()
	var names []string
	var last *http.Request
	var sent atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = r
		status := statuses[min(int(sent.Add(1)), len(statuses))-1]
		if status != http.StatusOK {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(status)
			return
		}
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unpacked
		}
		data, err := io.ReadAll(body)
		var traces tracepb.TracesData
		if err == nil {
			err = proto.Unmarshal(data, &traces)
		}
		if err != nil {
			t.Error(err)
		}
		for _, resource := range traces.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					names = append(names, span.GetName())
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { return names }, func() *http.Request { return last }
}

// TestExportTraces sends a span to the collector that OTEL_* names.
func TestExportTraces(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings variables // besides the address
		own      bool      // whether traces have an endpoint of their own
		statuses []int
		path     string
	}{
		{"endpoint of all signals", nil, false, []int{200}, "/v1/traces"},
		{"endpoint of traces", nil, true, []int{200}, "/own"},
		{"compressed", variables{"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, false, []int{200}, "/v1/traces"},
		{"retried when the collector is busy", nil, false, []int{503, 429, 200}, "/v1/traces"},
	} {
		t.Run(test.name, func(t *testing.T) {
			address, spans, lastRequest := collector(t, test.statuses...)
			environment := variables{"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, other=c"}
			if test.own {
				environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = address + "/own"
			}
			for name, value := range test.settings {
				environment[name] = value
			}
			observed := Start(t.Context(), Options{Version: "test", Getenv: environment.get})
			_, span := observed.tracer.Start(t.Context(), "a call")
			span.End()
			if err := observed.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := spans(); len(got) != 1 || got[0] != "a call" {
				t.Errorf("the collector was sent %q", got)
			}
			request := lastRequest()
			if request.URL.Path != test.path || request.Header.Get("Api-Key") != "a b" || request.Header.Get("Other") != "c" ||
				request.Header.Get("Content-Type") != "application/x-protobuf" {
				t.Errorf("the collector was sent %s with %v", request.URL, request.Header)
			}
		})
	}
}

// OTEL_SERVICE_NAME replaces the service's name.
func TestServiceName(t *testing.T) {
	for _, named := range []string{"", "insights-of-team-a"} {
		t.Setenv("OTEL_SERVICE_NAME", named)
		exporter := tracetest.NewInMemoryExporter()
		observed := Start(t.Context(), Options{Version: "1.2.3", Exporter: exporter})
		_, span := observed.tracer.Start(t.Context(), "a call")
		span.End()
		if err := observed.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := cmp.Or(named, "langsmith-insights-mcp")
		if got, _ := exporter.GetSpans()[0].Resource.Set().Value(semconv.ServiceNameKey); got.AsString() != want {
			t.Errorf("the service is %s, not %s", got.AsString(), want)
		}
		if err := observed.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// A batch that the collector refuses is not sent again, and the error says so.
func TestCollectorRefuses(t *testing.T) {
	address, spans, _ := collector(t, 401, 200)
	client, err := newOTLPClient(variables{"OTEL_EXPORTER_OTLP_ENDPOINT": address}.get)
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := otlptrace.New(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	if err := exporter.ExportSpans(t.Context(), tracetest.SpanStubs{{Name: "a call"}}.Snapshots()); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("the error is %v", err)
	}
	if len(spans()) != 0 {
		t.Error("a refused batch was sent again")
	}
}

func TestTracesOff(t *testing.T) {
	for _, environment := range []variables{
		nil,
		{"OTEL_SDK_DISABLED": "True", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test"},
		{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test"},
	} {
		var log bytes.Buffer
		if observed := Start(t.Context(), Options{Getenv: environment.get, Logger: zerolog.New(&log)}); observed != nil || log.Len() != 0 {
			t.Errorf("%v: %v, %s", environment, observed, log.String())
		}
	}
}

// An invalid variable turns traces off, and nothing else. The log names the variable
// without its value, which may be a token.
func TestInvalidOTELVariables(t *testing.T) {
	for _, test := range []struct{ name, value string }{
		{"OTEL_TRACES_EXPORTER", "sesame"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "sesame:4318"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://sesame"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "sesame"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "key=%zzsesame"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "sesame"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "-1"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "sesame"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/at/sesame"},
		{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/nowhere/at/sesame"},
	} {
		environment := variables{"OTEL_TRACES_EXPORTER": "otlp"}
		environment[test.name] = test.value
		var log bytes.Buffer
		observed := Start(t.Context(), Options{Getenv: environment.get, Metrics: true, Logger: zerolog.New(&log)})
		if observed == nil || observed.provider != nil || observed.Handler() == nil {
			t.Errorf("%s=%s: %+v", test.name, test.value, observed)
		}
		if logged := log.String(); !strings.Contains(logged, `"level":"warn"`) || !strings.Contains(logged, test.name+":") || strings.Contains(logged, "sesame") {
			t.Errorf("%s=%s: %s", test.name, test.value, logged)
		}
	}
}
