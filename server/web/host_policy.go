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

// hostPolicy has the host names of this server and the origins of web pages that may call
// it. A foreign page reaches a local server through its visitor's browser: with the page's
// own Origin or, after DNS rebinding, with the page's own Host.
type hostPolicy struct {
	origins []string // as browsers write them
	hosts   []string // with or without a port
}

// check checks the Host and Origin of a request. Its error names the flag that allows them.
func (p hostPolicy) check(r *http.Request) error {
	if !p.allowsHost(r) {
		name := hostName(r.Host)
		if name == "" || strings.ContainsAny(name, "/@*, ") {
			return fmt.Errorf("the host %q is not allowed: send a host name of this server", shorten(r.Host))
		}
		return fmt.Errorf("the host %q is not allowed: allow it with --allow-host %s", shorten(r.Host), shorten(name))
	}
	if origin := r.Header.Get("Origin"); origin != "" && !p.allowsOrigin(r, origin) {
		if u, err := url.Parse(origin); err != nil || u.Scheme == "" || u.Host == "" {
			return fmt.Errorf("the origin %q is not allowed: serve the page over https, and allow its origin with --allow-origin", shorten(origin))
		}
		return fmt.Errorf("the origin %q is not allowed: allow it with --allow-origin %s", shorten(origin), shorten(origin))
	}
	return nil
}

// allowsHost reports whether a request's Host is configured or is the address of the
// connection, which on loopback may have any loopback name.
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

// allowsOrigin reports whether an origin is configured or, on a loopback connection, is a
// page of this machine, such as an inspector.
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

// localAddress returns the server's address of a request's connection.
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

// hostName returns a Host header without its port, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// rebindingProtection returns middleware that refuses Hosts and Origins that are not
// allowed.
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
