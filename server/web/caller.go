package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/server/config"
)

// Caller identifies who makes a request, and with which LangSmith credentials.
type Caller struct {
	// OverHTTP says that the call came over HTTP: from somebody who may not be the
	// operator.
	OverHTTP bool

	// Subject is the authenticated subject: a name for one of the operator's tokens, or
	// for the issuer's subject. It is empty without authentication.
	Subject string

	// Fingerprint identifies the subject in the log.
	Fingerprint string

	// Credentials are the caller's own; empty if the operator's are used.
	Credentials langsmith.Credentials

	// Endpoint is the region of the caller's own credentials; zero if the operator's
	// endpoint is used.
	Endpoint langsmith.Endpoint
}

// Key returns a key for one purpose. Each replica derives the same key from the same caller,
// so that replicas need no shared secret.
func (c Caller) Key(purpose string) [sha256.Size]byte {
	secret := cmp.Or(c.Credentials.APIKey, c.Credentials.BearerToken)
	if secret == "" && c.Credentials.Login != nil {
		secret = langsmith.Secret(c.Credentials.Login.ID()) // its tokens change
	}
	return sha256.Sum256([]byte("langsmith-insights-mcp " + purpose + "\x00" + c.Subject + "\x00" + secret.Reveal()))
}

type callerKey struct{}

// CallerFrom returns the caller of ctx. Over other transports than HTTP it is the zero
// Caller, who uses the operator's credentials.
func CallerFrom(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}

func withCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// The headers with a caller's own credentials. The second names are those of LangSmith's
// environment variables, which clients' configurations copy.
var (
	keyHeaders       = []string{"X-API-Key", "LANGSMITH-API-KEY"}
	workspaceHeaders = []string{"X-Tenant-Id", "LANGSMITH-WORKSPACE-ID"}
	endpointHeaders  = []string{"LANGSMITH-ENDPOINT"}
)

// callerCredentials is middleware that reads the caller's own credentials and removes the
// secrets from the request, so that no later handler can pass them on.
func callerCredentials(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := CallerFrom(r.Context())
		caller.OverHTTP = true
		var err error
		if caller.Credentials, caller.Endpoint, err = readCredentials(r.Header); err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		accessRecordOf(r.Context()).ownKey = !caller.Credentials.Empty()
		r = r.WithContext(withCaller(r.Context(), caller))
		r.Header = withoutSecrets(r.Header)
		next.ServeHTTP(w, r)
	})
}

// secretHeaders are the headers with secrets of the caller.
var secretHeaders = append([]string{"Authorization", "Cookie"}, keyHeaders...)

func withoutSecrets(header http.Header) http.Header {
	if !slices.ContainsFunc(secretHeaders, func(name string) bool { return header.Values(name) != nil }) {
		return header
	}
	header = header.Clone()
	for _, name := range secretHeaders {
		header.Del(name)
	}
	return header
}

func readCredentials(header http.Header) (langsmith.Credentials, langsmith.Endpoint, error) {
	var none langsmith.Credentials
	for _, name := range slices.Concat(keyHeaders, workspaceHeaders, endpointHeaders) {
		if variable := strings.ReplaceAll(name, "-", "_"); len(header.Values(variable)) > 0 {
			return none, langsmith.Endpoint{}, fmt.Errorf("%s is not accepted, because many proxies drop headers with underscores: send %s", strings.ToUpper(variable), name)
		}
	}
	key, err := readHeader(header, keyHeaders)
	if err != nil {
		return none, langsmith.Endpoint{}, err
	}
	workspace, err := readHeader(header, workspaceHeaders)
	if err != nil {
		return none, langsmith.Endpoint{}, err
	}
	address, err := readHeader(header, endpointHeaders)
	if err != nil {
		return none, langsmith.Endpoint{}, err
	}
	if key == "" {
		for _, given := range []struct{ value, name string }{{workspace, workspaceHeaders[0]}, {address, endpointHeaders[0]}} {
			if given.value != "" {
				return none, langsmith.Endpoint{}, fmt.Errorf("%s requires a key of your own: send %s too, or omit it", given.name, keyHeaders[0])
			}
		}
		return none, langsmith.Endpoint{}, nil
	}
	credentials := langsmith.Credentials{APIKey: langsmith.Secret(key)}
	if workspace != "" {
		if credentials.Workspace, err = uuid.Parse(workspace); err != nil || len(workspace) != len(uuid.Nil.String()) {
			return none, langsmith.Endpoint{}, fmt.Errorf("%s: want the workspace's UUID, such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11", workspaceHeaders[0])
		}
	}
	endpoint, err := readEndpoint(address)
	if err != nil {
		return none, langsmith.Endpoint{}, err
	}
	return credentials, endpoint, nil
}

// readEndpoint parses the address of one of LangSmith's regions. Any other address could be
// a foreign server, or one inside the operator's network.
func readEndpoint(address string) (langsmith.Endpoint, error) {
	if address == "" {
		return langsmith.Endpoint{}, nil
	}
	endpoint, err := langsmith.ParseEndpoint(address)
	if err != nil || !endpoint.IsRegion() {
		return langsmith.Endpoint{}, fmt.Errorf("%s: want one of %s", endpointHeaders[0], strings.Join(langsmith.Regions(), ", "))
	}
	return endpoint, nil
}

// readHeader reads a header that has several names. It refuses an empty one: a client whose
// variable is unset would otherwise use the operator's key without knowing.
func readHeader(header http.Header, names []string) (string, error) {
	var found, foundIn string
	for _, name := range names {
		for _, value := range header.Values(name) {
			value = strings.TrimSpace(value)
			switch {
			case config.IsPlaceholder(value):
				return "", fmt.Errorf("%s has the placeholder %q, which your client did not replace: set its variable for your client, or write it in your client's form", name, shorten(value))
			case value == "":
				return "", fmt.Errorf("%s is empty: omit it, or set the variable that your client takes it from", name)
			case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
				return "", fmt.Errorf("%s has a space or another character that is not allowed", name)
			case foundIn != "" && value != found:
				return "", errors.New(describeConflict(foundIn, name))
			}
			found, foundIn = value, name
		}
	}
	return found, nil
}

func describeConflict(first, second string) string {
	if first == second {
		return first + " is sent twice, with different values"
	}
	return first + " and " + second + " have the same meaning and different values: send one of them"
}
