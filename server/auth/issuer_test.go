package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A canceled call returns while the issuer does not respond, and all calls share one
// request.
func TestDiscoverSharesRequests(t *testing.T) {
	requested, respond := make(chan struct{}, 100), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requested <- struct{}{}
		<-respond
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	i := newIssuer(t.Context(), server.URL, zerolog.Nop())

	errs := make(chan error, 10)
	for range cap(errs) {
		go func() {
			_, err := i.discover(t.Context())
			errs <- err
		}()
	}
	<-requested
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := i.discover(canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("the canceled call returned %v", err)
	}
	if name := i.name(); name != server.URL { // it does not wait either
		t.Errorf("the issuer's name is %s", name)
	}
	close(respond)
	for range cap(errs) {
		if err := <-errs; err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a waiting call returned %v", err)
		}
	}
	if more := len(requested); more != len(wellKnownAddresses(server.URL))-1 {
		t.Errorf("the issuer got %d more requests", more)
	}
}

// An endless response does not fill this server's memory.
func TestIssuerResponsesAreBounded(t *testing.T) {
	for _, endless := range []string{"/.well-known/openid-configuration", "/keys"} {
		t.Run(endless, func(t *testing.T) {
			var sent atomic.Int64
			server := httptest.NewServer(nil)
			server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case endless:
					_, err := fmt.Fprint(w, `{"keys":[`)
					for padding := strings.Repeat(" ", 64<<10); err == nil && sent.Load() < 64<<20; sent.Add(int64(len(padding))) {
						_, err = fmt.Fprint(w, padding)
					}
				case "/.well-known/openid-configuration":
					fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, server.URL, server.URL+"/keys")
				default:
					http.NotFound(w, r)
				}
			})
			_, err := newIssuer(t.Context(), server.URL, zerolog.Nop()).discover(t.Context())
			server.Close()
			if err == nil || !strings.Contains(err.Error(), "longer than 1048576 bytes") {
				t.Errorf("%v", err)
			}
			if sent.Load() >= 64<<20 {
				t.Error("the whole response was read")
			}
		})
	}
}
