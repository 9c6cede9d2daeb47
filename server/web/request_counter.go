package web

import (
	"context"
	"net/http"
	"sync"
)

// requestCounter counts the requests in flight, so that the shutdown can wait for them.
// Requests still begin meanwhile, which a sync.WaitGroup does not allow.
type requestCounter struct {
	mu   sync.Mutex
	open int
	idle chan struct{} // closed when open becomes 0; nil if nothing waits
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

// wait returns when no request is open, or ctx is done.
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

// countRequests is middleware that counts POST requests. Standing streams do not count: they end
// with the server.
func (c *requestCounter) countRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			defer c.begin()()
		}
		next.ServeHTTP(w, r)
	})
}
