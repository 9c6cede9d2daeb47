package langsmith_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// serve starts a server on loopback, and returns a client with its own connection pool.
func serve(t *testing.T, handler http.HandlerFunc) (*langsmith.Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientWithPool(t, langsmith.NewTransport(), server.URL), server
}

// clientWithPool returns a client of an address with a connection pool, which is closed when
// the test ends.
func clientWithPool(t *testing.T, pool *http.Transport, url string) *langsmith.Client {
	t.Helper()
	t.Cleanup(pool.CloseIdleConnections)
	return langsmith.New(langsmith.Options{
		Endpoint: endpoint(t, url), Credentials: langsmith.Credentials{APIKey: key}, Transport: pool,
	})
}

func TestConnectionRefused(t *testing.T) {
	caller, server := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	failed := failure(t, create(ctx, caller))
	if failed.Ambiguous() || failed.Status != 0 || !strings.Contains(failed.Error(), "connection refused") {
		t.Errorf("ambiguous %t: %v", failed.Ambiguous(), failed)
	}
}

// A paid request whose connections are refused is sent once after the port opens.
func TestServerStartsAfterRefusals(t *testing.T) {
	var jobs atomic.Int32
	caller, server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		jobs.Add(1)
		_, _ = io.WriteString(w, `{"id":"22222222-2222-4222-8222-222222222222"}`)
	})
	address := server.Listener.Addr().String()
	handler := server.Config.Handler
	server.Close()
	reopened := make(chan *httptest.Server, 1)
	time.AfterFunc(100*time.Millisecond, func() {
		again := httptest.NewUnstartedServer(handler)
		_ = again.Listener.Close()
		listener, err := net.Listen("tcp", address)
		if err != nil {
			close(reopened)
			return
		}
		again.Listener = listener
		again.Start()
		reopened <- again
	})
	err := create(t.Context(), caller)
	again, ok := <-reopened
	if !ok {
		t.Fatalf("another program uses the port %s now", address)
	}
	defer again.Close()
	if err != nil || jobs.Load() != 1 {
		t.Errorf("%d jobs, error %v", jobs.Load(), err)
	}
}

// After a connection closes before or within the response, a read is retried and a paid
// request is not.
func TestBrokenConnections(t *testing.T) {
	for name, breakOff := range map[string]http.HandlerFunc{
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":"22222222`)
		},
		"half a chunked answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"id":"22222222`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"half a compressed answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			_, _ = io.WriteString(packed, `{"id":"22222222-2222-4222-8222-222222222222"}`)
			_ = packed.Flush() // and no Close
		},
		"an answer that is not HTTP": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(connection, "X-API-Key: "+key+"\r\n\r\n")
				_ = connection.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var sent atomic.Int32
			caller, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if sent.Add(1) == 2 && r.Method == http.MethodGet {
					_, _ = io.WriteString(w, `{"id":"22222222-2222-4222-8222-222222222222"}`)
					return
				}
				breakOff(w, r)
			})
			if _, err := caller.GetJob(t.Context(), project, job); err != nil || sent.Load() != 2 {
				t.Errorf("a read was sent %d times: %v", sent.Load(), err)
			}
			sent.Store(2)
			failed := failure(t, create(t.Context(), caller))
			if n := sent.Load() - 2; n != 1 || !failed.Ambiguous() || containsKey(failed.Error(), key) {
				t.Errorf("a paid request was sent %d times, ambiguous %t: %v", n, failed.Ambiguous(), failed)
			}
		})
	}
}

// After the server closes an idle connection, a paid request is sent exactly once.
func TestIdleConnectionClosed(t *testing.T) {
	var jobs atomic.Int32
	caller, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			jobs.Add(1)
		}
		_, _ = io.WriteString(w, `{"id":"22222222-2222-4222-8222-222222222222"}`)
	})
	for range 20 {
		jobs.Store(0)
		if _, err := caller.GetJob(t.Context(), project, job); err != nil {
			t.Fatal(err)
		}
		server.CloseClientConnections()
		err := create(t.Context(), caller)
		if jobs.Load() > 1 {
			t.Fatalf("%d jobs", jobs.Load())
		}
		if err != nil && !failure(t, err).Ambiguous() && jobs.Load() != 0 {
			t.Fatalf("a job was started, and the call failed: %v", err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		caller, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL+"/in?next=x", status) })
		for _, err := range []error{create(t.Context(), caller), discard(caller.GetJob(t.Context(), project, job))} {
			if failed := failure(t, err); failed.Status != status || !failed.Ambiguous() {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
	if n := followed.Load(); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

func TestTooLargeResponse(t *testing.T) {
	var sent atomic.Int32
	caller, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		block := make([]byte, 1<<20)
		for range 65 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	_, err := caller.GetJob(t.Context(), project, job)
	if err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") || sent.Load() != 1 {
		t.Errorf("sent %d times: %v", sent.Load(), err)
	}
}

// Nothing is sent to a host with an untrusted certificate.
func TestUntrustedCertificate(t *testing.T) {
	var sent atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent.Add(1) }))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	err := create(t.Context(), clientWithPool(t, langsmith.NewTransport(), server.URL))
	var untrusted *tls.CertificateVerificationError
	if failed := failure(t, err); failed.Ambiguous() || !errors.As(err, &untrusted) || sent.Load() != 0 {
		t.Errorf("ambiguous %t: %v", failed.Ambiguous(), err)
	}
}

func TestServerWithoutTLS(t *testing.T) {
	_, server := serve(t, func(http.ResponseWriter, *http.Request) {})
	err := create(t.Context(), clientWithPool(t, langsmith.NewTransport(), strings.Replace(server.URL, "http://", "https://", 1)))
	if failed := failure(t, err); failed.Ambiguous() || !errors.Is(err, http.ErrSchemeMismatch) {
		t.Errorf("ambiguous %t: %v", failed.Ambiguous(), err)
	}
}

// A call that is canceled before there is a connection is not ambiguous.
func TestCancelWhileConnecting(t *testing.T) {
	pool := langsmith.NewTransport()
	connecting := make(chan struct{})
	pool.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(connecting)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-connecting; cancel() }()
	err := create(ctx, clientWithPool(t, pool, "http://langsmith.example"))
	if failed := failure(t, err); failed.Ambiguous() || !errors.Is(err, context.Canceled) {
		t.Errorf("ambiguous %t: %v", failed.Ambiguous(), err)
	}
}

// With GetBody, net/http itself repeats a request over HTTP/2, even a POST, when the server
// resets its stream with PROTOCOL_ERROR. A server that resets every stream must get a paid
// request once, and a repeatable one a bounded number of times.
func TestHTTP2ResetIsNotRepeated(t *testing.T) {
	identity := httptest.NewUnstartedServer(nil)
	identity.StartTLS()
	defer identity.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: identity.TLS.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var received atomic.Int32
	var served sync.WaitGroup
	serving, stop := context.WithCancel(t.Context())
	defer stop()
	served.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(serving, func() { _ = connection.Close() })
			served.Go(func() { resetEveryStream(connection, &received) })
		}
	})
	pool := langsmith.NewTransport()
	pool.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	pool.TLSClientConfig.RootCAs.AddCert(identity.Certificate())
	caller := clientWithPool(t, pool, "https://"+listener.Addr().String())
	failed := failure(t, create(t.Context(), caller))
	if n := received.Load(); n != 1 || !failed.Ambiguous() {
		t.Errorf("received %d times, ambiguous %t: %v", n, failed.Ambiguous(), failed)
	}
	for name, repeatable := range map[string]func(context.Context) error{
		"a rename": func(ctx context.Context) error { return discard(caller.RenameJob(ctx, project, job, "n")) },
		"a read":   func(ctx context.Context) error { return discard(caller.GetJob(ctx, project, job)) },
	} {
		received.Store(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		err := repeatable(ctx)
		if err == nil || received.Load() < 2 || received.Load() > 5*8 {
			t.Errorf("%s was received %d times: %v", name, received.Load(), err)
		}
		if ctx.Err() == nil && err != nil && name == "a read" && !strings.Contains(err.Error(), "connections broke one after the other") {
			t.Errorf("%s returned %v", name, err)
		}
		cancel()
	}
	pool.CloseIdleConnections()
	_ = listener.Close()
	stop()
	served.Wait()
}

// resetEveryStream implements enough of HTTP/2 to receive requests and to reset their
// streams (RFC 9113, sections 3.4 and 6).
func resetEveryStream(connection net.Conn, received *atomic.Int32) {
	const (
		data, headers, rstStream, settings = 0, 1, 3, 4
		endStream, ack                     = 1, 1
		protocolError                      = 1
	)
	defer connection.Close()
	frame := func(kind, flags byte, stream uint32, payload ...byte) {
		head := []byte{0, 0, byte(len(payload)), kind, flags, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(head[5:], stream)
		_, _ = connection.Write(append(head, payload...))
	}
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(connection, preface); err != nil {
		return
	}
	frame(settings, 0, 0)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(connection, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, connection, length); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == settings && flags&ack == 0:
			frame(settings, ack, 0)
		case (kind == data || kind == headers) && flags&endStream != 0:
			received.Add(1)
			frame(rstStream, 0, stream, 0, 0, 0, protocolError)
		}
	}
}
