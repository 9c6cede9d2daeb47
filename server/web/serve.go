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
	// unwindTime is what calls that were cut off need to return.
	unwindTime = 300 * time.Millisecond

	// balancerTime is how long a balancer that asks /readyz may take to learn that
	// the server ends. It sends new requests until then.
	balancerTime = time.Second
)

// Serve answers requests until ctx is done, and then lets the calls in flight
// answer for a bounded time. It returns nil when it was ctx that ended it.
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

// end ends the server in steps. Until the last it goes on answering, as
// balancers send new requests until they have noticed that it is not ready.
func (s *Server) end(ctx context.Context, server *http.Server, cut context.CancelFunc) {
	began := time.Now()
	ctx = context.WithoutCancel(ctx)
	s.ending.Store(true)
	s.options.Logger.Info().Msg("ending: calls in flight may still answer")
	if s.options.Ending != nil {
		s.options.Ending()
	}
	grace, done := context.WithDeadline(ctx, began.Add(s.options.Grace))
	defer done()
	s.waitForBalancer(grace)
	s.calls.wait(grace)

	// From here on nothing new is let in.
	closing, stop := context.WithCancel(ctx)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = server.Shutdown(closing) // what is still open then is closed below
	}()
	s.drain(ctx, began)
	cut()
	timer := time.AfterFunc(unwindTime, stop)
	<-closed
	timer.Stop()
	stop()
	_ = server.Close() // the connections that nobody ended are not missed
}

// waitForBalancer goes on serving until a balancer has noticed that it should send
// nothing more: what it sends to a closed port, or on a connection that is being
// closed, would be lost. Where nobody watches there is nobody to wait for.
func (s *Server) waitForBalancer(ctx context.Context) {
	if !s.probed.Load() {
		return
	}
	ctx, done := context.WithTimeout(ctx, balancerTime)
	defer done()
	<-ctx.Done()
}

// closeAtEnd closes the connections whose requests are answered while the server
// ends, each after its answer and none before.
func (s *Server) closeAtEnd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.ending.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// drain lets paid requests that are in flight come to their end, and their
// calls answer.
func (s *Server) drain(ctx context.Context, began time.Time) {
	if s.options.Drain == nil {
		return
	}
	paid, done := context.WithDeadline(ctx, began.Add(s.options.PaidGrace))
	defer done()
	if err := s.options.Drain(paid); err != nil {
		s.options.Logger.Warn().Err(err).Msg("a paid request is still in flight; an equal call will find out what became of it")
		return
	}
	answering, done := context.WithTimeout(ctx, unwindTime)
	defer done()
	s.calls.wait(answering)
}
