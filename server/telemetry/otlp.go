package telemetry

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// otlp sends traces as OTLP over HTTP, in protobuf, to where OTEL_* says. The
// official exporter of that links gRPC, which it does not use: it made the
// program 13 MB larger and the start of every server a third longer. Its encoder
// alone links protobuf's reflection, which was, with Prometheus' official client,
// another 2 MB. Spans are made and batched by the official SDK.
type otlp struct {
	url      string
	headers  http.Header
	compress bool
	timeout  time.Duration // of one batch, with what is sent again
	http     *http.Client
	stopped  atomic.Bool
}

// The specification's defaults.
const (
	otlpEndpoint = "http://localhost:4318"
	otlpPath     = "/v1/traces"
	otlpTimeout  = 10 * time.Second
	protobufType = "application/x-protobuf"
)

// newOTLP reads the exporter's variables: those of traces, then those of all
// signals.
func newOTLP(getenv func(string) string) (*otlp, error) {
	setting := func(name string) string {
		if own := getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); own != "" {
			return own
		}
		return getenv("OTEL_EXPORTER_OTLP_" + name)
	}
	if protocol := setting("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %s; only http/protobuf is sent", protocol)
	}
	endpoint, err := otlpURL(getenv)
	if err != nil {
		return nil, err
	}
	timeout := otlpTimeout
	if text := setting("TIMEOUT"); text != "" {
		milliseconds, err := strconv.Atoi(text)
		if err != nil || milliseconds <= 0 {
			return nil, errors.New("OTEL_EXPORTER_OTLP_TIMEOUT is no number of milliseconds")
		}
		timeout = time.Duration(milliseconds) * time.Millisecond
	}
	headers, err := otlpHeaders(setting("HEADERS"))
	if err != nil {
		return nil, err
	}
	secured, err := otlpTLS(setting)
	if err != nil {
		return nil, err
	}
	return &otlp{
		url: endpoint, headers: headers, compress: setting("COMPRESSION") == "gzip", timeout: timeout,
		http: &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: secured, ForceAttemptHTTP2: true}},
	}, nil
}

// otlpURL is where traces go: the address for traces as it is, or the path of
// traces below the address for all signals.
func otlpURL(getenv func(string) string) (string, error) {
	name, path := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""
	address := getenv(name)
	if address == "" {
		name, path = "OTEL_EXPORTER_OTLP_ENDPOINT", otlpPath
		if address = getenv(name); address == "" {
			address = otlpEndpoint
		}
	}
	parsed, err := url.Parse(strings.TrimSpace(address))
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", fmt.Errorf("%s is no http or https address", name)
	}
	return parsed.JoinPath(path).String(), nil
}

// otlpHeaders reads key=value,key=value with values escaped as in a URL. An
// error does not quote them: they hold tokens.
func otlpHeaders(list string) (http.Header, error) {
	headers := http.Header{}
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || err != nil || strings.TrimSpace(key) == "" {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS is not a list such as key=value,key=value")
		}
		headers.Set(strings.TrimSpace(key), value)
	}
	return headers, nil
}

func otlpTLS(setting func(string) string) (*tls.Config, error) {
	secured := &tls.Config{MinVersion: tls.VersionTLS12}
	if file := setting("CERTIFICATE"); file != "" {
		trusted, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %w", err)
		}
		secured.RootCAs = x509.NewCertPool()
		if !secured.RootCAs.AppendCertsFromPEM(trusted) {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %s holds no certificate", file)
		}
	}
	if file := setting("CLIENT_CERTIFICATE"); file != "" {
		own, err := tls.LoadX509KeyPair(file, setting("CLIENT_KEY"))
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: %w", err)
		}
		secured.Certificates = []tls.Certificate{own}
	}
	return secured, nil
}

// ExportSpans implements sdktrace.SpanExporter.
func (o *otlp) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if o.stopped.Load() {
		return errors.New("traces export: the exporter is shut down")
	}
	body := encodeSpans(spans)
	if len(body) == 0 {
		return nil
	}
	if err := o.upload(ctx, body); err != nil {
		return fmt.Errorf("traces export: %w", err)
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (o *otlp) Shutdown(context.Context) error {
	if !o.stopped.Swap(true) {
		o.http.CloseIdleConnections()
	}
	return nil
}

// upload sends one batch, again where that helps.
func (o *otlp) upload(ctx context.Context, body []byte) error {
	if o.compress {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, _ = writer.Write(body) // to memory
		_ = writer.Close()
		body = packed.Bytes()
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, o.send(ctx, body) }, backoff.WithMaxElapsedTime(o.timeout))
	return err
}

// send sends one batch once.
func (o *otlp) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	request.Header = o.headers.Clone()
	request.Header.Set("Content-Type", protobufType)
	if o.compress {
		request.Header.Set("Content-Encoding", "gzip")
	}
	response, err := o.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection is used again
	switch {
	case response.StatusCode < http.StatusMultipleChoices:
		return nil
	case response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable ||
		response.StatusCode == http.StatusBadGateway || response.StatusCode == http.StatusGatewayTimeout:
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
			return backoff.RetryAfter(seconds)
		}
		return fmt.Errorf("the collector answered %s", response.Status)
	}
	return backoff.Permanent(fmt.Errorf("the collector answered %s", response.Status))
}
