package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// guard finds out whom a bearer token belongs to.
type guard interface {
	// admit returns the token's subject. It returns errUnknownToken for a token
	// that is not this guard's to judge.
	admit(ctx context.Context, token string) (subject string, err error)
	name() string // for the log
}

// errUnknownToken is a token that a guard knows nothing of.
var errUnknownToken = errors.New("the token is not known here")

// tokenError is a token that was judged and is not good enough.
type tokenError struct {
	status int
	code   string // of RFC 6750, for clients; empty where the token is not at fault
	text   string
}

func (e *tokenError) Error() string { return e.text }

func invalidToken(format string, args ...any) error {
	return &tokenError{http.StatusUnauthorized, "invalid_token", fmt.Sprintf(format, args...)}
}

// guarded lets callers in whom one of the guards knows, and everybody where
// there are none.
func guarded(guards []guard, metadata *resourceMetadata) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(guards) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			subject, by, err := admit(r, guards)
			if err != nil {
				challenge(w, r, err, metadata)
				return
			}
			logged(r.Context()).guard = by
			next.ServeHTTP(w, r.WithContext(withCaller(r.Context(), Caller{Subject: subject})))
		})
	}
}

func admit(r *http.Request, guards []guard) (subject, by string, err error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", "", &tokenError{status: http.StatusUnauthorized, text: "a bearer token is needed: send it as Authorization: Bearer TOKEN"}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t") {
		return "", "", &tokenError{http.StatusUnauthorized, "invalid_request", "the Authorization header is not of the form Bearer TOKEN"}
	}
	for _, guard := range guards {
		subject, err := guard.admit(r.Context(), token)
		if errors.Is(err, errUnknownToken) {
			continue
		}
		return subject, guard.name(), err
	}
	return "", "", invalidToken("the token is not one of this server's")
}

// challenge answers a caller who was not let in, in the way of RFC 6750 and RFC
// 9728 that leads MCP clients to the issuer.
func challenge(w http.ResponseWriter, r *http.Request, err error, metadata *resourceMetadata) {
	var judged *tokenError
	if !errors.As(err, &judged) {
		judged = &tokenError{status: http.StatusServiceUnavailable, text: "the token cannot be checked now: its issuer does not answer; try again in a moment"}
	}
	if judged.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
		refuse(w, judged.status, judged.text)
		return
	}
	parameters := []string{`realm="langsmith-insights-mcp"`}
	add := func(name, value string) {
		if value != "" {
			parameters = append(parameters, fmt.Sprintf("%s=%q", name, value))
		}
	}
	if judged.code != "" {
		add("error", judged.code)
		add("error_description", judged.text)
	}
	if metadata != nil {
		add("scope", strings.Join(metadata.scopes, " "))
		add("resource_metadata", metadata.address(r))
	}
	w.Header().Set("WWW-Authenticate", "Bearer "+strings.Join(parameters, ", "))
	refuse(w, judged.status, judged.text)
}
