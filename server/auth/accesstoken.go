package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// accessTokens judges the JWTs of an issuer as RFC 9068 asks of a resource.
//
// golang-jwt checks the claims of any JWT, where go-oidc means ID tokens; and
// keyfunc bounds how often a made-up key has the issuer's keys read again.
type accessTokens struct {
	issuer *issuer
	scopes []string // each token must have all of them
	parser *jwt.Parser
	now    func() time.Time
}

// signatures are the algorithms that are believed: none that takes a shared
// secret, and not "none".
var signatures = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// clockSkew is how far an issuer's clock may be ahead of this machine's.
const clockSkew = 30 * time.Second

func newAccessTokens(issuer *issuer, audience string, scopes []string) *accessTokens {
	return &accessTokens{
		issuer: issuer,
		scopes: scopes,
		now:    time.Now,
		parser: jwt.NewParser(
			jwt.WithValidMethods(signatures),
			jwt.WithIssuer(issuer.url),
			jwt.WithAudience(audience),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(clockSkew),
		),
	}
}

// claims are those of an access token that matter here.
type claims struct {
	jwt.RegisteredClaims
	ClientID string    `json:"client_id"`
	Scope    scopeList `json:"scope"`
	Scp      scopeList `json:"scp"` // where some issuers put the scopes
}

// scopeList is a text of words, or a list of them.
type scopeList []string

// UnmarshalJSON reads either form.
func (s *scopeList) UnmarshalJSON(data []byte) error {
	var words string
	if err := json.Unmarshal(data, &words); err == nil {
		*s = strings.Fields(words)
		return nil
	}
	return json.Unmarshal(data, (*[]string)(s))
}

func (a *accessTokens) name() string { return "oauth" }

func (a *accessTokens) admit(ctx context.Context, token string) (string, error) {
	if strings.Count(token, ".") != 2 {
		return "", errUnknownToken // no JWT, so not the issuer's
	}
	key, err := a.issuer.key(ctx)
	if err != nil {
		return "", err
	}
	var got claims
	if _, err := a.parser.ParseWithClaims(token, &got, key); err != nil {
		return "", invalidToken("%s", whyInvalid(err))
	}
	switch {
	case got.ExpiresAt.Before(a.now()): // the leeway is for the issuer's clock, not for this
		return "", invalidToken("%s", whyInvalid(jwt.ErrTokenExpired))
	case got.Subject == "" && got.ClientID == "":
		return "", invalidToken("the token names no subject")
	}
	for _, scope := range a.scopes {
		if !slices.Contains(got.Scope, scope) && !slices.Contains(got.Scp, scope) {
			return "", &tokenError{http.StatusForbidden, "insufficient_scope", "the token lacks the scope " + scope}
		}
	}
	return strings.Join([]string{"oauth", got.Issuer, got.Subject, got.ClientID}, "\x00"), nil
}

// whyInvalid says in a few words what a token lacks, without repeating it.
func whyInvalid(err error) string {
	for _, known := range []struct {
		err  error
		text string
	}{
		{jwt.ErrTokenExpired, "the token has expired"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet"},
		{jwt.ErrTokenInvalidIssuer, "the token is of another issuer"},
		{jwt.ErrTokenInvalidAudience, "the token is meant for another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "the token lacks an expiry, an issuer or an audience"},
		{jwt.ErrTokenMalformed, "the token is not a well-formed JWT"},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	return "the token's signature is not the issuer's"
}
