package doctor

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/advice"
	"langsmith-insights-mcp/tools/markdown"
)

// proxySchemes are those of the proxies that net/http can use. It takes any other
// for http.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

func (c *checker) proxy(_ context.Context) Check {
	target, err := url.Parse(c.LangSmith.Endpoint.String())
	if err != nil {
		return Check{Status: Failed, Found: "the endpoint is no URL", Do: "Set LANGSMITH_ENDPOINT to LangSmith's API."}
	}
	variable := proxyVariable(target)
	value := cmp.Or(c.Getenv(variable), c.Getenv(strings.ToLower(variable)))
	const form = "Give it as http://host:port, or take it out."
	if value != "" {
		// net/http goes without a proxy, and says nothing, when it cannot read its address.
		address, err := parseProxy(value)
		switch {
		case err != nil:
			return Check{Status: Failed, Found: variable + " is malformed, so no proxy is used", Do: form}
		case !slices.Contains(proxySchemes, address.Scheme):
			return Check{Status: Failed, Found: variable + " begins with " + markdown.Quote(address.Scheme, 30) + ", which is no kind of proxy", Do: form}
		}
	}
	proxy, err := c.Proxy(&http.Request{URL: target})
	switch {
	case err != nil:
		return Check{Status: Failed, Found: variable + " cannot be used", Do: form}
	case proxy == nil && value != "":
		return Check{Status: OK, Found: "none is used for this endpoint, although " + variable + " is set: NO_PROXY names it, or it is this machine"}
	case proxy == nil:
		return Check{Status: OK, Found: "none is used"}
	}
	c.proxyAddress = proxy.Scheme + "://" + proxy.Host
	return Check{Status: OK, Found: "requests go through " + c.proxyAddress + ", from " + variable}
}

func proxyVariable(target *url.URL) string { return strings.ToUpper(target.Scheme) + "_PROXY" }

// parseProxy reads a proxy's address as net/http does: http:// may be left out.
func parseProxy(value string) (*url.URL, error) {
	address, err := url.Parse(value)
	if err != nil || address.Scheme == "" || address.Host == "" {
		address, err = url.Parse("http://" + value)
	}
	if err == nil && address.Hostname() == "" {
		err = errors.New("it names no host")
	}
	return address, err
}

// answers lists the projects, which every later check depends on.
func (c *checker) answers(ctx context.Context) Check {
	c.seen, c.listErr = c.Client.ListProjects(ctx, langsmith.ProjectsQuery{Limit: 100})
	endpoint := c.LangSmith.Endpoint.String()
	var api *langsmith.Error
	answered := errors.As(c.listErr, &api) && api.Status != 0
	switch {
	case c.listErr == nil || answered && !api.NotJSON:
		if strings.HasPrefix(endpoint, "http://") && !isLoopback(endpoint) {
			return Check{Status: Warning, Found: endpoint + " answers, but without TLS: whoever is between can read the key",
				Do: "Let LANGSMITH_ENDPOINT begin with https://, unless the network is yours alone."}
		}
		return Check{Status: OK, Found: endpoint + " answers"}
	case answered:
		c.skipReason = "LangSmith does not answer"
		return Check{Status: Failed, Found: endpoint + " does not answer as LangSmith would", Do: advice.Explain(c.Client, c.listErr)}
	}
	var noToken *langsmith.LoginError
	if errors.As(c.listErr, &noToken) {
		c.skipReason = "there is no token to ask with"
		return Check{Status: Failed, Found: "not asked: the login gives no token", Do: advice.Explain(c.Client, c.listErr)}
	}
	c.skipReason = "LangSmith cannot be reached"
	found, do := c.explainUnreachable(c.listErr)
	if found == "" {
		return Check{Status: Failed, Found: endpoint + " cannot be reached", Do: advice.Explain(c.Client, c.listErr)}
	}
	return Check{Status: Failed, Found: endpoint + " cannot be reached: " + found, Do: do}
}

func isLoopback(endpoint string) bool {
	address, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	return address.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// explainUnreachable says what the error tells of why no answer came, and what to
// do about it; both are empty where it tells nothing.
func (c *checker) explainUnreachable(err error) (found, do string) {
	var (
		operation *net.OpError
		name      *net.DNSError
		unknown   x509.UnknownAuthorityError
		otherHost x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	const elsewhere = "Check LANGSMITH_ENDPOINT for a typing error, and the network. If this network is left through a proxy, set HTTPS_PROXY to it."
	switch {
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "the proxy " + c.proxyAddress + " does not answer (" + markdown.Line(operation.Err.Error(), 200) + ")",
			"Correct HTTPS_PROXY, or name the endpoint's host in NO_PROXY if it is reached without a proxy."
	case c.proxyAddress != "" && refusedByProxy(err) != "":
		answer := refusedByProxy(err)
		do = "Ask whoever runs the proxy to let this address through, or name its host in NO_PROXY if it is reached without a proxy."
		if answer == http.StatusText(http.StatusProxyAuthRequired) {
			do = "Give the proxy's user and password in HTTPS_PROXY, as http://user:password@host:port."
		}
		return "the proxy " + c.proxyAddress + " refuses (" + answer + ")", do
	case errors.As(err, &unknown):
		return "its certificate was issued by an authority that this machine does not trust",
			"A company's proxy and a self-hosted LangSmith may have an authority of their own: set SSL_CERT_FILE to its certificate (PEM), " +
				"or on macOS and Windows add it to the system's."
	case errors.As(err, &otherHost):
		return "its certificate is another host's", "Check LANGSMITH_ENDPOINT; something between may also have answered in its place."
	case errors.As(err, &invalid):
		return "its certificate is not valid now (" + markdown.Line(invalid.Error(), 200) + ")", "Check this machine's clock; else the certificate must be renewed."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it speaks no TLS", "Check LANGSMITH_ENDPOINT: its address may begin with http://, or its port be another."
	case errors.As(err, &name) && name.IsNotFound:
		return "the name " + name.Name + " leads nowhere", elsewhere
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused", elsewhere
	}
	return "", ""
}

// refusedByProxy returns what a proxy answered to CONNECT; empty where it did not.
// Of that answer net/http keeps only the words behind the status.
func refusedByProxy(err error) string {
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		for status := http.StatusMultipleChoices; status < 600; status++ {
			if words := http.StatusText(status); words != "" && words == cause.Error() {
				return words
			}
		}
	}
	return ""
}
