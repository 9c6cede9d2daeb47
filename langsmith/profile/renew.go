package profile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"langsmith-insights-mcp/langsmith"
)

// clientID is the OAuth client of LangSmith's CLI.
const clientID = "langsmith-cli"

// renewTimeout bounds a renewal, including the wait for the lock. It is less than
// staleLock, after which other clients take over the lock.
const renewTimeout = 10 * time.Second

// renew exchanges the refresh token for new tokens and writes them to the file. It does
// so under the lock, and only if no other process has renewed the tokens meanwhile.
func (l *Login) renew(ctx context.Context) error {
	release, err := lock(ctx, l.path)
	if err != nil {
		return fmt.Errorf("it could not be renewed without the lock next to the file: %w", err)
	}
	defer release()
	fresh, err := Load(l.path, l.name)
	if err != nil {
		return err
	}
	if trimAPIPath(fresh.APIURL) != trimAPIPath(l.apiURL) {
		return fmt.Errorf("its profile is now for %s: restart this program", trimAPIPath(fresh.APIURL))
	}
	l.setTokens(fresh.OAuth)
	if !fresh.OAuth.isDue(time.Now()) {
		return nil
	}
	token, err := l.exchange(ctx, fresh)
	if err != nil {
		return err
	}
	fresh.OAuth.AccessToken = langsmith.Secret(token.AccessToken)
	if token.RefreshToken != "" {
		fresh.OAuth.RefreshToken = langsmith.Secret(token.RefreshToken)
	}
	fresh.OAuth.ExpiresAt = token.Expiry
	l.setTokens(fresh.OAuth)
	if err := writeTokens(l.path, l.name, fresh.OAuth); err != nil {
		return fmt.Errorf("the renewed login could not be written: %w", err)
	}
	return nil
}

// exchange sends the refresh token to the token endpoint. Its error has the endpoint's
// OAuth error code and never a token.
func (l *Login) exchange(ctx context.Context, p *Profile) (*oauth2.Token, error) {
	endpoint := l.tokenEndpoint(ctx, p.APIURL)
	config := oauth2.Config{ClientID: clientID, Endpoint: oauth2.Endpoint{TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams}}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, l.http)
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: p.OAuth.RefreshToken.Reveal()}).Token()
	var refused *oauth2.RetrieveError
	switch {
	case err == nil:
		return token, nil
	case errors.As(err, &refused) && refused.ErrorCode != "":
		return nil, fmt.Errorf("LangSmith refused to renew it (%d, %.60q)", refused.Response.StatusCode, refused.ErrorCode)
	case errors.As(err, &refused):
		return nil, fmt.Errorf("LangSmith refused to renew it (%d)", refused.Response.StatusCode)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("no response from %s within %s", endpoint, renewTimeout)
	}
	return nil, fmt.Errorf("no usable response from %s", endpoint)
}
