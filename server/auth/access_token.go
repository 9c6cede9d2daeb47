package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// accessTokens verifies the JWT access tokens of an issuer (RFC 9068). It uses golang-jwt,
// since go-oidc verifies ID tokens.
type accessTokens struct {
	issuer *issuer
	scopes []string // required in each token
	parser *jwt.Parser
}

// signatureAlgorithms are the accepted algorithms. They exclude "none" and those with a
// shared secret.
var signatureAlgorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// clockSkew is how far an issuer's clock may be ahead of this machine's.
const clockSkew = 30 * time.Second

func newAccessTokens(issuer *issuer, audience string, scopes []string) *accessTokens {
	return &accessTokens{
		issuer: issuer,
		scopes: scopes,
		parser: jwt.NewParser(
			jwt.WithValidMethods(signatureAlgorithms),
			jwt.WithAudience(equalAudiences(audience)...),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(clockSkew),
		),
	}
}

// equalAudiences lists the equivalent forms of an audience. A URL without a path is the
// same with and without a trailing slash, and issuers and clients differ in this. Any
// other audience has one form.
func equalAudiences(audience string) []string {
	u := absoluteURL(audience)
	if u == nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return []string{audience}
	}
	bare := strings.TrimSuffix(audience, "/")
	return []string{bare, bare + "/"}
}

// claims are the claims of an access token that are checked, and the claims that identify
// an ID token.
type claims struct {
	jwt.RegisteredClaims
	ClientID string    `json:"client_id"`
	Scope    scopeList `json:"scope"`
	Scp      scopeList `json:"scp"` // the scopes of some issuers

	Nonce           any `json:"nonce"`
	AccessTokenHash any `json:"at_hash"`
	CodeHash        any `json:"c_hash"`
	Type            any `json:"typ"`       // Keycloak's: Bearer or ID
	Use             any `json:"token_use"` // Cognito's: access or id
}

// scopeList is a list of scopes, in JSON an array or a text separated by spaces.
type scopeList []string

// UnmarshalJSON implements json.Unmarshaler.
func (s *scopeList) UnmarshalJSON(data []byte) error {
	var words string
	if err := json.Unmarshal(data, &words); err == nil {
		*s = strings.Fields(words)
		return nil
	}
	return json.Unmarshal(data, (*[]string)(s))
}

func (a *accessTokens) verify(ctx context.Context, token string) (Identity, error) {
	if strings.Count(token, ".") != 2 {
		return Identity{}, errUnknownToken // not a JWT
	}
	known, err := a.issuer.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	var got claims
	parsed, err := a.parser.ParseWithClaims(token, &got, func(token *jwt.Token) (any, error) {
		if _, critical := token.Header["crit"]; critical {
			return nil, errCriticalHeader // RFC 7515, section 4.1.11: no extension is supported
		}
		return known.keys.KeyfuncCtx(ctx)(token)
	})
	switch {
	case err != nil:
		return Identity{}, invalidToken(describeInvalid(err))
	case got.Issuer == "":
		return Identity{}, invalidToken(describeInvalid(jwt.ErrTokenRequiredClaimMissing))
	case got.Issuer != known.name:
		return Identity{}, invalidToken(describeInvalid(jwt.ErrTokenInvalidIssuer))
	case got.ExpiresAt.Before(time.Now()): // without the leeway, which is for tokens from the future
		return Identity{}, invalidToken(describeInvalid(jwt.ErrTokenExpired))
	case !isAccessToken(parsed.Header, got):
		return Identity{}, invalidToken("the token is not an access token")
	case got.Subject == "" && got.ClientID == "":
		return Identity{}, invalidToken("the token names no subject")
	}
	for _, scope := range a.scopes {
		if !slices.Contains(got.Scope, scope) && !slices.Contains(got.Scp, scope) {
			return Identity{}, &rejection{http.StatusForbidden, "insufficient_scope", "the token lacks the scope " + scope}
		}
	}
	return Identity{
		Subject: strings.Join([]string{"oauth", got.Issuer, got.Subject, got.ClientID}, "\x00"),
		Method:  "oauth", Fingerprint: fingerprint(cmp.Or(got.Subject, got.ClientID)),
	}, nil
}

// isAccessToken distinguishes access tokens from an issuer's other JWTs. The type of an
// access token is at+jwt (RFC 9068). Most issuers still write JWT or no type, for ID
// tokens too: such a token must have a claim of access tokens and none that only ID
// tokens have.
func isAccessToken(header map[string]any, got claims) bool {
	kind, isText := header["typ"].(string)
	if header["typ"] != nil && !isText {
		return false
	}
	switch strings.TrimPrefix(strings.ToLower(kind), "application/") {
	case "at+jwt":
		return true
	case "jwt", "":
		hasAccessClaim := got.ClientID != "" || len(got.Scope) > 0 || len(got.Scp) > 0
		hasIDClaim := got.Nonce != nil || got.AccessTokenHash != nil || got.CodeHash != nil ||
			got.Type == "ID" || got.Use == "id"
		return hasAccessClaim && !hasIDClaim
	}
	return false
}

var errCriticalHeader = errors.New("critical header parameters")

// describeInvalid says why a token is invalid, without repeating it.
func describeInvalid(err error) string {
	for _, known := range []struct {
		err  error
		text string
	}{
		{errCriticalHeader, "the token requires extensions (crit) that are not supported"},
		{jwt.ErrTokenExpired, "the token has expired"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet"},
		{jwt.ErrTokenInvalidIssuer, "the token was issued by another issuer"},
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
