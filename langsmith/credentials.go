package langsmith

import (
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// Credentials say who calls and in which workspace. Set either APIKey or
// BearerToken; with both, the key counts.
type Credentials struct {
	APIKey      Secret    // sent as X-API-Key
	BearerToken Secret    // sent as Authorization: Bearer
	Workspace   uuid.UUID // sent as X-Tenant-Id; uuid.Nil for the credential's own
}

// ErrNoCredentials is returned before anything is sent when a client has
// neither an API key nor a bearer token.
var ErrNoCredentials = errors.New("no LangSmith credentials are configured")

var errUnsendable = errors.New("the LangSmith credential holds a line break or another character that no header can carry")

// check says why nothing can be sent with the credentials.
func (c Credentials) check(anonymous bool) error {
	switch {
	case c.Empty() && !anonymous:
		return ErrNoCredentials
	case strings.ContainsFunc(c.secret().Reveal(), unicode.IsControl):
		return errUnsendable
	}
	return nil
}

// Empty reports whether there is nothing to sign a request with.
func (c Credentials) Empty() bool { return c.APIKey == "" && c.BearerToken == "" }

// Fingerprint names the credential, without the workspace: see
// [Secret.Fingerprint].
func (c Credentials) Fingerprint() string { return c.secret().Fingerprint() }

func (c Credentials) secret() Secret {
	if c.APIKey != "" {
		return c.APIKey
	}
	return c.BearerToken
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
