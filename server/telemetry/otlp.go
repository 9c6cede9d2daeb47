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
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// otlpClient sends encoded spans to a collector over HTTP. OpenTelemetry's exporter
// encodes them; its own HTTP client, otlptracehttp, links gRPC and its gateway, which
// no HTTP collector needs.
type otlpClient struct {
	url     string
	headers http.Header
	gzip    bool
	timeout time.Duration // of one batch, retries included
	http    *http.Client
}

var _ otlptrace.Client = (*otlpClient)(nil)

// The specification's defaults.
const (
	otlpEndpoint = "http://localhost:4318"
	otlpPath     = "/v1/traces"
	otlpTimeout  = 10 * time.Second
)

// newOTLPClient reads the exporter's variables. Its errors name the variable and never
// contain the value, which may be a token.
func newOTLPClient(getenv func(string) string) (*otlpClient, error) {
	setting := func(name string) (variable, value string) {
		if variable = "OTEL_EXPORTER_OTLP_TRACES_" + name; getenv(variable) == "" {
			variable = "OTEL_EXPORTER_OTLP_" + name
		}
		return variable, strings.TrimSpace(getenv(variable))
	}
	if variable, protocol := setting("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, fmt.Errorf("%s: traces are sent as http/protobuf only", variable)
	}
	endpoint, err := parseOTLPEndpoint(setting("ENDPOINT"))
	if err != nil {
		return nil, err
	}
	timeout, err := parseOTLPTimeout(setting("TIMEOUT"))
	if err != nil {
		return nil, err
	}
	headers, err := parseOTLPHeaders(setting("HEADERS"))
	if err != nil {
		return nil, err
	}
	tlsConfig, err := loadOTLPCertificates(setting)
	if err != nil {
		return nil, err
	}
	_, compression := setting("COMPRESSION")
	return &otlpClient{
		url: endpoint, headers: headers, gzip: compression == "gzip", timeout: timeout,
		http: &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: tlsConfig, ForceAttemptHTTP2: true}},
	}, nil
}

// parseOTLPEndpoint returns the address for traces: the endpoint of traces unchanged, or
// the path of traces below the endpoint of all signals.
func parseOTLPEndpoint(variable, address string) (string, error) {
	if address == "" {
		address = otlpEndpoint
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%s: want an http or https address", variable)
	}
	if strings.HasSuffix(variable, "_TRACES_ENDPOINT") {
		return u.String(), nil
	}
	return u.JoinPath(otlpPath).String(), nil
}

// parseOTLPTimeout reads milliseconds.
func parseOTLPTimeout(variable, text string) (time.Duration, error) {
	if text == "" {
		return otlpTimeout, nil
	}
	milliseconds, err := strconv.Atoi(text)
	if err != nil || milliseconds <= 0 {
		return 0, fmt.Errorf("%s: want a number of milliseconds", variable)
	}
	return time.Duration(milliseconds) * time.Millisecond, nil
}

// parseOTLPHeaders reads key=value,key=value with values escaped as in a URL.
func parseOTLPHeaders(variable, list string) (http.Header, error) {
	headers := http.Header{}
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || err != nil || strings.TrimSpace(key) == "" {
			return nil, fmt.Errorf("%s: want a list such as key=value,key=value", variable)
		}
		headers.Set(strings.TrimSpace(key), value)
	}
	return headers, nil
}

// loadOTLPCertificates reads the trusted authorities and the client's certificate.
func loadOTLPCertificates(setting func(string) (variable, value string)) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if variable, file := setting("CERTIFICATE"); file != "" {
		trusted, err := os.ReadFile(file)
		config.RootCAs = x509.NewCertPool()
		if err != nil || !config.RootCAs.AppendCertsFromPEM(trusted) {
			return nil, fmt.Errorf("%s: want a file with a PEM certificate", variable)
		}
	}
	if variable, file := setting("CLIENT_CERTIFICATE"); file != "" {
		_, key := setting("CLIENT_KEY")
		own, err := tls.LoadX509KeyPair(file, key)
		if err != nil {
			return nil, fmt.Errorf("%s: want a file with a PEM certificate, and its key in CLIENT_KEY", variable)
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}

// Start implements otlptrace.Client.
func (c *otlpClient) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c *otlpClient) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. TracesData has the same encoding as the
// collector's ExportTraceServiceRequest, whose package links gRPC.
func (c *otlpClient) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encode the traces: %w", err)
	}
	if c.gzip {
		var compressed bytes.Buffer
		writer := gzip.NewWriter(&compressed)
		_, _ = writer.Write(body) // to memory
		_ = writer.Close()
		body = compressed.Bytes()
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, c.send(ctx, body) }, backoff.WithMaxElapsedTime(c.timeout))
	return err
}

// send sends one batch once. An error that retrying cannot resolve is permanent.
func (c *otlpClient) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	request.Header = c.headers.Clone()
	request.Header.Set("Content-Type", "application/x-protobuf")
	if c.gzip {
		request.Header.Set("Content-Encoding", "gzip")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection is reused
	if response.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	err = errors.New("the collector responded with " + response.Status)
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if seconds, notANumber := strconv.Atoi(response.Header.Get("Retry-After")); notANumber == nil {
			return backoff.RetryAfter(seconds)
		}
		return err
	}
	return backoff.Permanent(err)
}
