package jsonrpc

import (
	"strconv"
	"sync"
)

// PendingRequests are the server's requests to clients that have no response yet, by session
// and id. The zero value has none.
type PendingRequests struct {
	mu      sync.Mutex
	last    int64
	waiting map[pendingKey]chan<- *Message
}

type pendingKey struct{ session, id string }

// register returns the id of a new request, the channel that gets its response, and a
// function that removes the request.
func (p *PendingRequests) register(session string) (id string, response <-chan *Message, remove func()) {
	responses := make(chan *Message, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	key := pendingKey{session, strconv.FormatInt(p.last, 10)}
	if p.waiting == nil {
		p.waiting = map[pendingKey]chan<- *Message{}
	}
	p.waiting[key] = responses
	return key.id, responses, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, key)
	}
}

// Resolve passes a client's response to the call that waits for it, and reports whether there
// is one. The response must come from the session that got the request.
func (p *PendingRequests) Resolve(session string, response *Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := pendingKey{session, string(response.ID)}
	waiting, ok := p.waiting[key]
	if ok {
		delete(p.waiting, key)
		waiting <- response
	}
	return ok
}
