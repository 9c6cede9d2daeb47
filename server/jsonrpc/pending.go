package jsonrpc

import (
	"strconv"
	"sync"
)

// PendingRequests are the server's requests to clients that are not answered yet,
// by session and id. The zero value has none.
type PendingRequests struct {
	mu      sync.Mutex
	last    int64
	waiting map[pendingKey]chan<- Message
}

type pendingKey struct{ session, id string }

// register gives a request its id, and returns where its answer will come and what
// ends waiting for it.
func (p *PendingRequests) register(session string) (id string, answer <-chan Message, remove func()) {
	answers := make(chan Message, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	key := pendingKey{session, strconv.FormatInt(p.last, 10)}
	if p.waiting == nil {
		p.waiting = map[pendingKey]chan<- Message{}
	}
	p.waiting[key] = answers
	return key.id, answers, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, key)
	}
}

// Resolve gives a client's answer to the call that asked; false where none waits
// for it. It counts only from the session that was asked.
func (p *PendingRequests) Resolve(session string, answer Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := pendingKey{session, string(answer.ID)}
	waiting, ok := p.waiting[key]
	if ok {
		delete(p.waiting, key)
		waiting <- answer
	}
	return ok
}
