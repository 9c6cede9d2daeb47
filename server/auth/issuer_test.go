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
func TestDiscoveryEndsWithItsCaller(t *testing.T) {
	asked, answer := make(chan struct{}, 100), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-answer
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	i := newIssuer(t.Context(), server.URL, zerolog.Nop())

	patient := make(chan error, 10)
	for range cap(patient) {
		go func() {
			_, err := i.discover(t.Context())
			patient <- err
		}()
	}
	<-asked
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := i.discover(left); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller who left got %v", err)
	}
	if name := i.name(); name != server.URL { // for the metadata, which does not wait either
		t.Errorf("the issuer is called %s", name)
	}
	close(answer)
	for range cap(patient) {
		if err := <-patient; err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("a caller who waited got %v", err)
		}
	}
	if more := len(asked); more != len(wellKnownAddresses(server.URL))-1 {
		t.Errorf("the issuer was asked %d times more", more)
	}
}

// An issuer, or whoever answers in its place, cannot fill this server's memory.
func TestTheIssuersAnswersAreBounded(t *testing.T) {
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
				t.Error("the whole answer was taken")
			}
		})
	}
}
