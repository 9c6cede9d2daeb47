package jsonrpc

import (
	"context"
	"maps"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// Subscription is an extension's part of a client's subscriptions/listen.
type Subscription struct {
	// TaskIDs are the tasks that the client is notified of.
	TaskIDs []string

	// Run sends the notifications with notify, until ctx is done or there will be no more.
	Run func(ctx context.Context, notify func(method string, params Payload) error)
}

// acknowledged is the list of subscriptions in the acknowledgement.
type acknowledged struct {
	mcp.SubscriptionFilter
	TaskIDs []string `json:"taskIds,omitempty"`
}

// listen handles subscriptions/listen. Each one has its own session, whose filter is set when
// the acknowledgement is sent: otherwise mcp-go's notifications to all clients could precede
// the acknowledgement, or fill the queue before it.
func (h *Handler) listen(ctx context.Context, client *Session, m *Message) mcp.JSONRPCMessage {
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
	var forwarding, notifying sync.WaitGroup
	forwarding.Go(func() { session.Forward(ctx) })
	if further != nil {
		notifying.Go(func() {
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
	notifying.Wait()
	unregister()
	stop()
	forwarding.Wait()
	return response
}

// subscription is the state of one subscriptions/listen.
type subscription struct {
	id           []byte // of the request
	taskIDs      []string
	filter       mcp.SubscriptionFilter // set before mcp-go queues the acknowledgement
	acknowledged chan struct{}          // closed when the acknowledgement is sent
}

// forward sends a notification of mcp-go to the subscription.
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

// rawID has the bytes of an id.
type rawID []byte

// MarshalJSON implements json.Marshaler.
func (id rawID) MarshalJSON() ([]byte, error) { return id, nil }

// notifySubscribed sends an extension's notification to the subscription.
func (s *Session) notifySubscribed(method string, params Payload) error {
	meta := mcp.Meta{AdditionalFields: map[string]any{mcp.MetaKeySubscriptionID: rawID(s.subscription.id)}}
	return s.sendValue(map[string]any{"jsonrpc": mcp.JSONRPC_VERSION, "method": method, "params": params.WithMeta(&meta)})
}
