package langsmith

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// Credentials say who calls and in which workspace. Set one of APIKey, BearerToken and
// Login; if several are set, the first is used.
type Credentials struct {
	APIKey      Secret    // sent as X-API-Key
	BearerToken Secret    // sent as Authorization: Bearer
	Login       Login     // its token is sent as Authorization: Bearer
	Workspace   uuid.UUID // sent as X-Tenant-Id; uuid.Nil for the credential's own workspace
}

// Login is the login of a user. It provides a token for each request and renews it
// before it expires. It is safe for concurrent use.
type Login interface {
	// ID identifies the login. It stays the same when the token is renewed, and is
	// not a secret.
	ID() string
	// Token returns a valid token. Its error says what to do.
	Token(context.Context) (Secret, error)
}

// ErrNoCredentials is returned, and nothing is sent, when a client has no credentials.
var ErrNoCredentials = errors.New("no LangSmith credentials are configured")

var errInvalidCredential = errors.New("the LangSmith credential has a line break or another character that a header cannot have")

// check returns an error if requests cannot be sent with the credentials.
func (c Credentials) check(anonymous bool) error {
	switch {
	case c.Empty() && !anonymous:
		return ErrNoCredentials
	case strings.ContainsFunc(c.secret().Reveal(), unicode.IsControl):
		return errInvalidCredential
	}
	return nil
}

// Empty reports whether there is no credential.
func (c Credentials) Empty() bool { return c.APIKey == "" && c.BearerToken == "" && c.Login == nil }

// Fingerprint identifies the credential, without the workspace: see
// [Secret.Fingerprint]. A login has one fingerprint for all its tokens.
func (c Credentials) Fingerprint() string {
	if c.usesLogin() {
		return Secret(c.Login.ID()).Fingerprint()
	}
	return c.secret().Fingerprint()
}

// usesLogin reports whether requests are signed with a login's token.
func (c Credentials) usesLogin() bool { return c.secret() == "" && c.Login != nil }

// IsBearer reports whether requests carry a token rather than an API key.
func (c Credentials) IsBearer() bool { return c.APIKey == "" && !c.Empty() }

func (c Credentials) secret() Secret {
	if c.APIKey != "" {
		return c.APIKey
	}
	return c.BearerToken
}

// LoginError is the cause of an [Error] if a login provided no token. Nothing was
// sent. Its text says what to do.
type LoginError struct{ Err error }

func (e *LoginError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LoginError) Unwrap() error { return e.Err }

// resolve returns the credentials with a login replaced by its current token.
func (c Credentials) resolve(ctx context.Context) (Credentials, error) {
	if !c.usesLogin() {
		return c, nil
	}
	token, err := c.Login.Token(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return Credentials{}, ctx.Err()
	case err != nil:
		return Credentials{}, &LoginError{err}
	}
	return Credentials{BearerToken: token, Workspace: c.Workspace}, nil
}

// sign sets the headers of one request.
func (c Credentials) sign(header http.Header) {
	switch {
	case c.APIKey != "":
		header.Set("X-Api-Key", c.APIKey.Reveal())
	case c.BearerToken != "":
		header.Set("Authorization", "Bearer "+c.BearerToken.Reveal())
	}
	if c.Workspace != uuid.Nil {
		header.Set("X-Tenant-Id", c.Workspace.String())
	}
}
