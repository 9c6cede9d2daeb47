package web

import (
	"context"
	"net/http"
	"sync"
)

// requestCounter counts the requests that are being answered, so that the end of
// the server can wait for them.
type requestCounter struct {
	mu   sync.Mutex
	open int
	idle chan struct{} // closed when open falls to 0; nil while nobody waits
}

func (c *requestCounter) begin() (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	return c.end
}

func (c *requestCounter) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open--; c.open == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// wait returns when no call is open, or ctx is done.
func (c *requestCounter) wait(ctx context.Context) {
	c.mu.Lock()
	if c.open == 0 {
		c.mu.Unlock()
		return
	}
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}

// count counts the requests that a call may come with. Standing streams are
// none: they end when the server does.
func (c *requestCounter) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			defer c.begin()()
		}
		next.ServeHTTP(w, r)
	})
}
