// Package oauth tests that a client can log in to the program through a real provider.
package oauth

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	clientID    = "agent"
	redirectURI = "http://localhost/callback"
	username    = "test-user@localhost"
	password    = "verysecure"
)

// startProvider starts an OpenID Connect provider whose access tokens are JWTs with an
// audience, and returns its address.
func startProvider(t *testing.T, audience string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	address := "http://localhost:" + port
	storage.RegisterClients(storage.NativeClient(clientID, redirectURI))
	store := &resourceStorage{storage.NewStorage(storage.NewUserStore(address)), audience}
	provider := &httptest.Server{
		Listener: listener,
		Config:   &http.Server{Handler: exampleop.SetupServer(address, store, slog.New(slog.DiscardHandler), false)},
	}
	provider.Start()
	t.Cleanup(provider.Close)
	return address
}

// resourceStorage adds resources to the example's storage: access tokens are JWTs for the
// requested resource (RFC 8707).
type resourceStorage struct {
	*storage.Storage
	audience string
}

func (s *resourceStorage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	return jwtClient{client}, err
}

func (s *resourceStorage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	request, err := s.Storage.AuthRequestByCode(ctx, code)
	return resourceRequest{request, s.audience}, err
}

// GetPrivateClaimsFromScopes adds the claims of RFC 9068 that the provider lacks.
func (s *resourceStorage) GetPrivateClaimsFromScopes(ctx context.Context, userID, clientID string, scopes []string) (map[string]any, error) {
	claims, err := s.Storage.GetPrivateClaimsFromScopes(ctx, userID, clientID, scopes)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["scope"] = strings.Join(scopes, " ")
	return claims, err
}

type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

type resourceRequest struct {
	op.AuthRequest
	audience string
}

func (r resourceRequest) GetAudience() []string { return []string{clientID, r.audience} }
