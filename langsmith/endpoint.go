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

// DefaultEndpoint is LangSmith's own service in its first region.
const DefaultEndpoint = "https://api.smith.langchain.com"

// Endpoint is where an API lives, and the web interface that belongs to it.
// The zero value is no endpoint; see [ParseEndpoint].
type Endpoint struct {
	api    string // without /api/v1 and without a slash at its end
	web    string
	beside string // what the API document calls its root
}

// ParseEndpoint reads an endpoint as users write it: with or without /api,
// /api/v1 and a slash at its end. Empty means [DefaultEndpoint].
func ParseEndpoint(text string) (Endpoint, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = DefaultEndpoint
	}
	u, err := url.Parse(text)
	if err != nil {
		// url.Parse quotes the whole text, which may hold a password.
		return Endpoint{}, fmt.Errorf("the endpoint is not a URL: want one such as %s", DefaultEndpoint)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return Endpoint{}, fmt.Errorf("the endpoint must begin with https:// or http://, as in %s", DefaultEndpoint)
	case u.Hostname() == "":
		return Endpoint{}, fmt.Errorf("the endpoint names no host: want one such as %s", DefaultEndpoint)
	case u.User != nil:
		return Endpoint{}, errors.New("the endpoint must not hold a user or password")
	case u.RawQuery != "" || u.Fragment != "":
		return Endpoint{}, errors.New("the endpoint must not hold a query or fragment")
	}
	if err := checkPort(u); err != nil {
		return Endpoint{}, err
	}
	// A self-hosted installation serves its API below /api of the web's host;
	// LangSmith's own regions have hosts of their own for it, where /api is an
	// alias of the root.
	prefix := strings.TrimRight(u.EscapedPath(), "/")
	prefix = strings.TrimSuffix(strings.TrimSuffix(prefix, v1), "/api")
	prefix = strings.TrimRight(prefix, "/")
	host := hostAndPort(u)
	api := u.Scheme + "://" + host + prefix
	web, ownHost := webHost(host)
	if _, err := url.Parse(api); err != nil {
		return Endpoint{}, fmt.Errorf("the endpoint's address is malformed: %w", err)
	}
	beside := api
	if !ownHost {
		beside += v1
	}
	return Endpoint{api: api, web: u.Scheme + "://" + web + prefix, beside: beside}, nil
}

// v1 is where the API is on every endpoint, LangSmith's own regions and
// self-hosted ones.
const v1 = "/api/v1"

// v2 is where the successors of some routes are, on every region of LangSmith's
// own and on self-hosted installations from v0.16.
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

// hostAndPort is the host in lower case, with its port where that is not the
// scheme's own.
func hostAndPort(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme + u.Port() {
	case "https443", "http80":
		return strings.TrimSuffix(host, ":"+u.Port())
	}
	return host
}

// webHost is the host of the web interface, and whether the API has a host of
// its own beside it.
func webHost(host string) (string, bool) {
	if rest, ok := strings.CutPrefix(host, "api.smith."); ok {
		return "smith." + rest, true
	}
	if before, after, ok := strings.Cut(host, ".api.smith."); ok {
		return before + ".smith." + after, true
	}
	return host, false
}

// regions are the hosts of LangSmith's own service.
var regions = []string{
	"https://api.smith.langchain.com",
	"https://eu.api.smith.langchain.com",
	"https://apac.api.smith.langchain.com",
	"https://aws.api.smith.langchain.com",
}

// Regions lists the endpoints of LangSmith's own service.
func Regions() []string { return slices.Clone(regions) }

// IsRegion reports whether the endpoint is one of LangSmith's own.
func (e Endpoint) IsRegion() bool { return slices.Contains(regions, e.api) }

// IsZero reports whether the endpoint was never set.
func (e Endpoint) IsZero() bool { return e.api == "" }

// String returns the API's address, without /api/v1.
func (e Endpoint) String() string { return e.api }

// roots are the addresses that requests go below, parsed once for all of them.
type roots struct {
	v1, v2 url.URL
	// beside is what the API document has beside /api/v1. Only a host that is
	// the API's own serves its root; a self-hosted installation passes
	// everything below /api/v1 on to the same API.
	beside url.URL
}

func (e Endpoint) roots() roots {
	return roots{v1: parsed(e.api + v1), v2: parsed(e.api + v2), beside: parsed(e.beside)}
}

// parsed is the URL of an address that ParseEndpoint has made.
func parsed(address string) url.URL {
	u, err := url.Parse(address)
	if err != nil {
		return url.URL{} // to which no request is sent
	}
	return *u
}

// resolve returns the URL of an operation.
func (r roots) resolve(op operation) *url.URL {
	target := r.v1
	switch op.root {
	case v2Root:
		target = r.v2
	case besideRoot:
		target = r.beside
	}
	target.Path += op.path
	if target.RawPath != "" {
		target.RawPath += op.path
	}
	target.RawQuery = op.query.Encode()
	return &target
}

// ProjectURL leads to a project in the web interface.
func (e Endpoint) ProjectURL(tenant, project uuid.UUID) string {
	return e.web + "/o/" + tenant.String() + "/projects/p/" + project.String()
}

// JobURL leads to the report of an Insights job in the web interface.
func (e Endpoint) JobURL(tenant, project, job uuid.UUID) string {
	return e.ProjectURL(tenant, project) + "?tab=3&clusterJobId=" + job.String()
}

// RunURL leads to a run in the web interface.
func (e Endpoint) RunURL(tenant, project, run uuid.UUID) string {
	return e.ProjectURL(tenant, project) + "/r/" + run.String() + "?poll=true"
}
