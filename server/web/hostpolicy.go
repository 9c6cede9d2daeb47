package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// hostPolicy is which names this server answers to, and which web pages may call
// it. A page of a stranger reaches a local server through its visitor's browser,
// under the page's own origin or, with a rebound name, under its own host.
type hostPolicy struct {
	origins []string // as browsers write them
	hosts   []string // with or without a port
}

// check checks the Host and Origin of a request. Its error names the flag that
// would let the request in, where there can be one.
func (p hostPolicy) check(r *http.Request) error {
	if !p.allowsHost(r) {
		name := hostName(r.Host)
		if name == "" || strings.ContainsAny(name, "/@*, ") {
			return fmt.Errorf("this server does not answer to the host %q: send the name by which it is reached", shorten(r.Host))
		}
		return fmt.Errorf("this server does not answer to the host %q: --allow-host %s would let it", shorten(r.Host), shorten(name))
	}
	if origin := r.Header.Get("Origin"); origin != "" && !p.allowsOrigin(r, origin) {
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" {
			return fmt.Errorf("pages of the origin %q may not call this server: serve the page over https, and allow its origin with --allow-origin", shorten(origin))
		}
		return fmt.Errorf("pages of the origin %q may not call this server: --allow-origin %s would let them", shorten(origin), shorten(origin))
	}
	return nil
}

// allowsHost lets in the names that were allowed, the address that the
// connection came in on, and on loopback its usual names.
func (p hostPolicy) allowsHost(r *http.Request) bool {
	full, name := strings.ToLower(r.Host), hostName(r.Host)
	if slices.Contains(p.hosts, full) || slices.Contains(p.hosts, name) {
		return true
	}
	local, ok := localAddress(r)
	if !ok {
		return false
	}
	if local.IsLoopback() {
		return isLoopbackName(name)
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Unmap() == local
}

// allowsOrigin lets in the origins that were allowed, and pages that are served
// on this machine to a server on its loopback, as inspectors and local agents'
// interfaces are.
func (p hostPolicy) allowsOrigin(r *http.Request, origin string) bool {
	if slices.Contains(p.origins, strings.ToLower(origin)) {
		return true
	}
	local, ok := localAddress(r)
	if !ok || !local.IsLoopback() {
		return false
	}
	scheme, host, ok := strings.Cut(origin, "://")
	return ok && (scheme == "http" || scheme == "https") && isLoopbackName(hostName(host))
}

// localAddress is the address of ours that a request came in on.
func localAddress(r *http.Request) (netip.Addr, bool) {
	address, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return netip.Addr{}, false
	}
	parsed, err := netip.ParseAddrPort(address.String())
	return parsed.Addr().Unmap().WithZone(""), err == nil
}

func isLoopbackName(name string) bool {
	if name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Unmap().IsLoopback()
}

// hostName is a Host header without its port, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// rebindingProtection refuses Hosts and Origins that are not allowed.
func rebindingProtection(policy hostPolicy) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := policy.check(r); err != nil {
				refuse(w, http.StatusForbidden, err.Error())
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
