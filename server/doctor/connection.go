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

// proxySchemes are the proxy schemes of net/http. It treats any other as http.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}

func (c *checker) checkProxy(_ context.Context) Check {
	target, err := url.Parse(c.LangSmith.Endpoint.String())
	if err != nil {
		return Check{Status: Failed, Found: "the endpoint is not a URL", Do: "Set LANGSMITH_ENDPOINT to LangSmith's API."}
	}
	variable := proxyVariable(target)
	value := cmp.Or(c.Getenv(variable), c.Getenv(strings.ToLower(variable)))
	const form = "Set it to http://host:port, or unset it."
	if value != "" {
		// net/http ignores a proxy whose address it cannot parse.
		address, err := parseProxy(value)
		switch {
		case err != nil:
			return Check{Status: Failed, Found: variable + " is malformed, so no proxy is used", Do: form}
		case !slices.Contains(proxySchemes, address.Scheme):
			return Check{Status: Failed, Found: variable + " begins with " + markdown.Quote(address.Scheme, 30) + ", which is not a proxy scheme", Do: form}
		}
	}
	proxy, err := c.Proxy(&http.Request{URL: target})
	switch {
	case err != nil:
		return Check{Status: Failed, Found: variable + " cannot be used", Do: form}
	case proxy == nil && value != "":
		return Check{Status: OK, Found: "none is used for this endpoint although " + variable + " is set: NO_PROXY includes it, or it is this machine"}
	case proxy == nil:
		return Check{Status: OK, Found: "none is used"}
	}
	c.proxyAddress = proxy.Scheme + "://" + proxy.Host
	return Check{Status: OK, Found: "requests go through " + c.proxyAddress + ", from " + variable}
}

func proxyVariable(target *url.URL) string { return strings.ToUpper(target.Scheme) + "_PROXY" }

// parseProxy parses a proxy's address as net/http does: http:// is optional.
func parseProxy(value string) (*url.URL, error) {
	address, err := url.Parse(value)
	if err != nil || address.Scheme == "" || address.Host == "" {
		address, err = url.Parse("http://" + value)
	}
	if err == nil && address.Hostname() == "" {
		err = errors.New("it has no host")
	}
	return address, err
}

// checkConnection lists the projects. Every later check depends on it.
func (c *checker) checkConnection(ctx context.Context) Check {
	c.listed, c.listErr = c.Client.ListProjects(ctx, langsmith.ProjectsQuery{Limit: 100})
	endpoint := c.LangSmith.Endpoint.String()
	var api *langsmith.Error
	answered := errors.As(c.listErr, &api) && api.Status != 0
	switch {
	case c.listErr == nil || answered && !api.NotJSON:
		if strings.HasPrefix(endpoint, "http://") && !isLoopback(endpoint) {
			return Check{Status: Warning, Found: endpoint + " answers, but without TLS: others in the network can read the key",
				Do: "Set LANGSMITH_ENDPOINT to an address with https://, unless the network is private."}
		}
		return Check{Status: OK, Found: endpoint + " answers"}
	case answered:
		c.skipReason = "LangSmith does not answer"
		return Check{Status: Failed, Found: endpoint + " does not answer as LangSmith would", Do: advice.Operator.Explain(c.Client, c.listErr)}
	}
	var noToken *langsmith.LoginError
	if errors.As(c.listErr, &noToken) {
		c.skipReason = "the login has no valid token"
		return Check{Status: Failed, Found: "not checked: the login has no valid token", Do: advice.Operator.Explain(c.Client, c.listErr)}
	}
	c.skipReason = "LangSmith cannot be reached"
	found, do := c.explainUnreachable(c.listErr)
	if found == "" {
		return Check{Status: Failed, Found: endpoint + " cannot be reached", Do: advice.Operator.Explain(c.Client, c.listErr)}
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

// explainUnreachable says why there is no response, and what to do. Both are empty if the
// error does not show it.
func (c *checker) explainUnreachable(err error) (found, do string) {
	var (
		operation *net.OpError
		name      *net.DNSError
		unknown   x509.UnknownAuthorityError
		otherHost x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	const checkAddress = "Check LANGSMITH_ENDPOINT for typos, and the network. If the network requires a proxy, set HTTPS_PROXY to it."
	switch {
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "the proxy " + c.proxyAddress + " does not answer (" + markdown.Line(operation.Err.Error(), 200) + ")",
			"Correct HTTPS_PROXY, or add the endpoint's host to NO_PROXY if it needs no proxy."
	case c.proxyAddress != "" && refusedByProxy(err) != "":
		status := refusedByProxy(err)
		do = "Ask the proxy's administrator to allow this address, or add its host to NO_PROXY if it needs no proxy."
		if status == http.StatusText(http.StatusProxyAuthRequired) {
			do = "Add the proxy's user and password to HTTPS_PROXY: http://user:password@host:port."
		}
		return "the proxy " + c.proxyAddress + " refuses (" + status + ")", do
	case errors.As(err, &unknown):
		return "its certificate was issued by an authority that this machine does not trust",
			"A company's proxy or a self-hosted LangSmith may use a private authority: set SSL_CERT_FILE to its certificate (PEM), " +
				"or on macOS and Windows add it to the system's certificates."
	case errors.As(err, &otherHost):
		return "its certificate is for another host", "Check LANGSMITH_ENDPOINT; a proxy may also have responded in its place."
	case errors.As(err, &invalid):
		return "its certificate is not valid now (" + markdown.Line(invalid.Error(), 200) + ")", "Check this machine's clock; otherwise the certificate must be renewed."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it does not speak TLS", "Check LANGSMITH_ENDPOINT: it may need http://, or another port."
	case errors.As(err, &name) && name.IsNotFound:
		return "the host name " + name.Name + " does not exist", checkAddress
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused", checkAddress
	}
	return "", ""
}

// refusedByProxy returns the status text of a proxy's response to CONNECT; empty without
// one. The error of net/http has nothing but that text.
func refusedByProxy(err error) string {
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		for status := http.StatusMultipleChoices; status < 600; status++ {
			if text := http.StatusText(status); text != "" && text == cause.Error() {
				return text
			}
		}
	}
	return ""
}
