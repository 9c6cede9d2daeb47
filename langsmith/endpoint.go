package langsmith

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// DefaultEndpoint is the first region of LangSmith's cloud service.
const DefaultEndpoint = "https://api.smith.langchain.com"

// Endpoint is the address of an API and of its web interface. The zero value is unset;
// see [ParseEndpoint].
type Endpoint struct {
	api         string // without /api/v1 and without a trailing slash
	web         string
	unversioned string // see [roots]
}

// ParseEndpoint reads an endpoint as users write it: with or without /api, /api/v1 and
// a trailing slash. An empty text means [DefaultEndpoint].
func ParseEndpoint(text string) (Endpoint, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = DefaultEndpoint
	}
	u, err := url.Parse(text)
	if err != nil {
		// The error of url.Parse quotes the text, which may hold a password.
		return Endpoint{}, fmt.Errorf("the endpoint is not a URL: want one such as %s", DefaultEndpoint)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return Endpoint{}, fmt.Errorf("the endpoint must begin with https:// or http://, as in %s", DefaultEndpoint)
	case u.Hostname() == "":
		return Endpoint{}, fmt.Errorf("the endpoint names no host: want one such as %s", DefaultEndpoint)
	case u.User != nil:
		return Endpoint{}, errors.New("the endpoint must not have a user or password")
	case u.RawQuery != "" || u.Fragment != "":
		return Endpoint{}, errors.New("the endpoint must not have a query or fragment")
	}
	if err := checkPort(u); err != nil {
		return Endpoint{}, err
	}
	// A self-hosted installation serves its API below /api on the host of the web
	// interface. LangSmith's regions have separate hosts for the API, where /api is
	// an alias of the root.
	prefix := strings.TrimRight(u.EscapedPath(), "/")
	prefix = strings.TrimSuffix(strings.TrimSuffix(prefix, v1), "/api")
	prefix = strings.TrimRight(prefix, "/")
	host := normalizeHost(u)
	api := u.Scheme + "://" + host + prefix
	web, ownHost := deriveWebHost(host)
	if _, err := url.Parse(api); err != nil {
		return Endpoint{}, fmt.Errorf("the endpoint's address is malformed: %w", err)
	}
	unversioned := api
	if !ownHost {
		unversioned += v1
	}
	return Endpoint{api: api, web: u.Scheme + "://" + web + prefix, unversioned: unversioned}, nil
}

// v1 is the path of the API on every endpoint.
const v1 = "/api/v1"

// v2 is the path of the routes that replace some of v1, on LangSmith's regions and on
// self-hosted installations from v0.16.
const v2 = "/api/v2"

func checkPort(u *url.URL) error {
	if !strings.Contains(u.Host, ":") || u.Port() == "" && strings.HasSuffix(u.Host, "]") {
		return nil
	}
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
		return errors.New("the endpoint's port is malformed: want a number from 1 to 65535")
	}
	return nil
}

// normalizeHost returns the host in lower case, without the scheme's default port.
func normalizeHost(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme + u.Port() {
	case "https443", "http80":
		return strings.TrimSuffix(host, ":"+u.Port())
	}
	return host
}

// deriveWebHost returns the host of the web interface, and whether it differs from the
// API's.
func deriveWebHost(host string) (string, bool) {
	if rest, ok := strings.CutPrefix(host, "api.smith."); ok {
		return "smith." + rest, true
	}
	if before, after, ok := strings.Cut(host, ".api.smith."); ok {
		return before + ".smith." + after, true
	}
	return host, false
}

// regions are the endpoints of LangSmith's cloud service.
var regions = []string{
	"https://api.smith.langchain.com",
	"https://eu.api.smith.langchain.com",
	"https://apac.api.smith.langchain.com",
	"https://aws.api.smith.langchain.com",
}

// Regions lists the endpoints of LangSmith's cloud service.
func Regions() []string { return slices.Clone(regions) }

// IsRegion reports whether the endpoint belongs to LangSmith's cloud service.
func (e Endpoint) IsRegion() bool { return slices.Contains(regions, e.api) }

// IsZero reports whether the endpoint is unset.
func (e Endpoint) IsZero() bool { return e.api == "" }

// String returns the API's address, without /api/v1.
func (e Endpoint) String() string { return e.api }

// roots are the parsed base addresses of requests.
type roots struct {
	v1, v2 url.URL
	// unversioned is the base of the routes that the API document has outside
	// /api/v1. Only a host that serves nothing but the API has them at its root. A
	// self-hosted installation serves them below /api/v1.
	unversioned url.URL
}

func (e Endpoint) roots() roots {
	return roots{v1: parseURL(e.api + v1), v2: parseURL(e.api + v2), unversioned: parseURL(e.unversioned)}
}

// parseURL parses an address that [ParseEndpoint] has built.
func parseURL(address string) url.URL {
	u, err := url.Parse(address)
	if err != nil {
		return url.URL{} // requests to it fail
	}
	return *u
}

// resolve returns the URL of an operation.
func (r roots) resolve(op operation) *url.URL {
	target := r.v1
	switch op.root {
	case v2Root:
		target = r.v2
	case unversionedRoot:
		target = r.unversioned
	}
	target.Path += op.path
	if target.RawPath != "" {
		target.RawPath += op.path
	}
	target.RawQuery = op.query.Encode()
	return &target
}

// ProjectURL returns the address of a project in the web interface.
func (e Endpoint) ProjectURL(tenant, project uuid.UUID) string {
	return e.web + "/o/" + tenant.String() + "/projects/p/" + project.String()
}

// JobURL returns the address of an Insights job's report in the web interface.
func (e Endpoint) JobURL(tenant, project, job uuid.UUID) string {
	return e.ProjectURL(tenant, project) + "?tab=3&clusterJobId=" + job.String()
}

// RunURL returns the address of a run in the web interface.
func (e Endpoint) RunURL(tenant, project, run uuid.UUID) string {
	return e.ProjectURL(tenant, project) + "/r/" + run.String() + "?poll=true"
}
