package jsonrpc

import (
	"context"
	"maps"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// Subscription is what an extension tells a client that subscribed to it with
// subscriptions/listen.
type Subscription struct {
	// TaskIDs are the tasks that it tells of.
	TaskIDs []string

	// Run tells it with notify, until ctx is done or there is nothing more to tell.
	Run func(ctx context.Context, notify func(method string, params Payload) error)
}

// acknowledged is what the client is told that it has subscribed to.
type acknowledged struct {
	mcp.SubscriptionFilter
	TaskIDs []string `json:"taskIds,omitempty"`
}

// listen answers subscriptions/listen. Each has a session of its own, whose filter holds
// from the acknowledgement on: else what mcp-go tells all clients could come before it,
// or fill its place in the queue.
func (h Handler) listen(ctx context.Context, client *Session, m Message) mcp.JSONRPCMessage {
	var further *Subscription
	if h.Extension != nil {
		var refusal *mcp.JSONRPCErrorDetails
		if further, refusal = h.Extension.Subscribe(ctx, m); refusal != nil {
			return mcp.JSONRPCError{Error: *refusal}
		}
	}
	session := NewSession(client.id+" "+string(m.ID), client.pending, client.send)
	session.Initialize()
	session.subscription = &subscription{id: m.ID, acknowledged: make(chan struct{})}
	if further != nil {
		session.subscription.taskIDs = further.TaskIDs
	}
	unregister, err := session.Register(ctx, h.MCP)
	if err != nil {
		return mcp.JSONRPCError{Error: mcp.JSONRPCErrorDetails{Code: mcp.INTERNAL_ERROR, Message: err.Error()}}
	}
	ctx, stop := context.WithCancel(ctx)
	var forwarding, telling sync.WaitGroup
	forwarding.Go(func() { session.Forward(ctx) })
	if further != nil {
		telling.Go(func() {
			select {
			case <-session.subscription.acknowledged:
				further.Run(ctx, session.notifySubscribed)
			case <-ctx.Done():
			}
		})
	}
	response := h.MCP.HandleMessage(h.MCP.WithContext(ctx, session), m.forMCP())
	if _, refused := response.(mcp.JSONRPCError); refused {
		stop()
	}
	telling.Wait()
	unregister()
	stop()
	forwarding.Wait()
	return response
}

// subscription is the part of a session that is for one subscriptions/listen.
type subscription struct {
	id           []byte // of the request
	taskIDs      []string
	filter       mcp.SubscriptionFilter // set before mcp-go queues the acknowledgement
	acknowledged chan struct{}          // closed when that is written
}

// forward writes what mcp-go says to the subscription.
func (s *subscription) forward(session *Session, notification mcp.JSONRPCNotification) {
	meta := maps.Clone(notification.Params.Meta) // other sessions share it
	if meta == nil {
		meta = map[string]any{}
	}
	meta[mcp.MetaKeySubscriptionID] = rawID(s.id)
	notification.Params.Meta = meta
	isAcknowledgement := notification.Method == mcp.MethodNotificationSubscriptionsAcknowledged
	if isAcknowledgement {
		notification.Params.AdditionalFields = map[string]any{"notifications": acknowledged{s.filter, s.taskIDs}}
	}
	_ = session.Notify(notification) // the transport notices a client that is gone
	if isAcknowledgement {
		session.filter.Store(&s.filter)
		close(s.acknowledged)
	}
}

// rawID is an id as it stands on the wire.
type rawID []byte

// MarshalJSON implements json.Marshaler.
func (id rawID) MarshalJSON() ([]byte, error) { return id, nil }

// notifySubscribed writes a notification of an extension's to the subscription.
func (s *Session) notifySubscribed(method string, params Payload) error {
	meta := mcp.Meta{AdditionalFields: map[string]any{mcp.MetaKeySubscriptionID: rawID(s.subscription.id)}}
	return s.sendValue(map[string]any{"jsonrpc": mcp.JSONRPC_VERSION, "method": method, "params": params.WithMeta(&meta)})
}
