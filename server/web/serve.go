package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

const (
	// unwindTime is how long cancelled calls may take to return.
	unwindTime = 300 * time.Millisecond

	// balancerTime is how long a load balancer that checks /readyz may take to notice the
	// shutdown. It sends new requests until then.
	balancerTime = time.Second
)

// Serve handles requests until ctx is done, and then waits for the calls in flight for a
// bounded time. It returns nil if ctx ended it.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler:           s.handler,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: s.options.Limits.HeaderTime,
		IdleTimeout:       s.options.Limits.IdleTime,
		MaxHeaderBytes:    s.options.Limits.Header,
		ErrorLog:          slog.NewLogLogger(zerolog.NewSlogHandler(s.options.Logger), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.end(ctx, server, cut)
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// end shuts the server down in steps. It accepts requests at first, because load balancers
// send them until they notice that the server is not ready.
func (s *Server) end(ctx context.Context, server *http.Server, cut context.CancelFunc) {
	began := time.Now()
	ctx = context.WithoutCancel(ctx)
	s.ending.Store(true)
	s.options.Logger.Info().Msg("shutting down: waiting for calls in flight")
	if s.options.Ending != nil {
		s.options.Ending()
	}
	grace, done := context.WithDeadline(ctx, began.Add(s.options.Grace))
	defer done()
	s.waitForBalancer(grace)
	s.calls.wait(grace)

	// No new connection is accepted from here on.
	closing, stop := context.WithCancel(ctx)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = server.Shutdown(closing) // the remaining connections are closed below
	}()
	s.drain(ctx, began)
	cut()
	timer := time.AfterFunc(unwindTime, stop)
	<-closed
	timer.Stop()
	stop()
	_ = server.Close()
}

// waitForBalancer waits until a load balancer has noticed the shutdown: requests that it
// sends to a closed port or connection are lost. It does not wait if no load balancer has
// checked /readyz.
func (s *Server) waitForBalancer(ctx context.Context) {
	if !s.probed.Load() {
		return
	}
	ctx, done := context.WithTimeout(ctx, balancerTime)
	defer done()
	<-ctx.Done()
}

// closeAtEnd is middleware that closes, during the shutdown, each connection after its
// response.
func (s *Server) closeAtEnd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.ending.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// drain waits for the paid requests in flight and the responses of their calls.
func (s *Server) drain(ctx context.Context, began time.Time) {
	if s.options.Drain == nil {
		return
	}
	paid, done := context.WithDeadline(ctx, began.Add(s.options.PaidGrace))
	defer done()
	if err := s.options.Drain(paid); err != nil {
		s.options.Logger.Warn().Err(err).Msg("a paid request is still in flight; the next equal call looks for its outcome")
		return
	}
	answering, done := context.WithTimeout(ctx, unwindTime)
	defer done()
	s.calls.wait(answering)
}
