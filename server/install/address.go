package install

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
)

// keyHeader is the header with a caller's key, for a server over HTTP.
const keyHeader = "X-API-Key"

// keyHeaders are the headers that may hold a LangSmith key, in lower case.
var keyHeaders = []string{"x-api-key", "langsmith-api-key"}

// addressKeys are the names under which clients keep a server's address.
var addressKeys = []string{"url", "serverUrl", "httpUrl"}

// addressForm is how a client's entry names a server at an address.
type addressForm struct {
	key     string // one of addressKeys
	kind    string // the value of "type", "" for none
	headers string // the name of the table of headers
}

// ParseURL parses the address of a server, and adds /mcp if it has no path.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("not an address") // the error of url.Parse shows a password
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, errors.New("want an address such as https://mcp.example.com/mcp")
	case u.User != nil:
		return nil, errors.New("clients store and log an address with a user in it: leave the user out")
	case u.Fragment != "":
		return nil, errors.New("an address with # is not the address of a server")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/mcp"
	}
	return u, nil
}

// isUnencrypted reports whether a key that is sent to an address can be read on the way.
func isUnencrypted(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// newAddressEntry returns the entry for a server at an address.
func (c client) newAddressEntry(o Options, at location) entry {
	e := entry{address: *c.address, url: o.URL.String(), kind: c.address.kind, values: map[string]any{}, passesKey: c.passesKey}
	if at.address != "" {
		e.address.key = at.address
	}
	if o.APIKey != "" {
		e.values[keyHeader] = o.APIKey.Reveal()
	}
	if !at.literal {
		e.reference = c.reference
	}
	if o.APIKey == "" && e.reference == "" && !e.passesKey {
		return e // the server refuses the other headers without a key
	}
	for name, value := range o.Headers {
		if value != "" {
			e.values[name] = value
		}
	}
	return e
}

// isKeyHeader reports whether a header holds a LangSmith key.
func isKeyHeader(name string) bool {
	return slices.Contains(keyHeaders, strings.ToLower(name))
}
