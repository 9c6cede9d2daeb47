package server_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// listen subscribes, and returns when the subscription has ended.
func listen(t testing.TB, send send, notifications map[string]any) taskResponse {
	t.Helper()
	return send(t, "subscriptions/listen", map[string]any{"notifications": notifications})
}

// A client that subscribes to tasks gets what tasks/get returns, until they end.
func TestTasksAreNotified(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		first := s.begin(t, send, s.AddJob(s.project, sandbox.Job{Name: "First", CreatedAt: time.Now(), Statuses: []string{"queued", "running", "success"}}), nil)
		second := s.begin(t, send, s.AddJob(s.project, newAgingJob(0)), map[string]any{"timeout_seconds": 7})
		subscription := listen(t, send, map[string]any{"taskIds": []string{first, "made up", second, first}})
		if subscription.Error != nil || subscription.Result["resultType"] != "complete" || subscription.Before == nil {
			t.Fatalf("the subscription is %+v", subscription)
		}
		acknowledged := subscription.Before[0]
		if want := map[string]any{"taskIds": []any{first, second}}; acknowledged.Method != mcp.MethodNotificationSubscriptionsAcknowledged ||
			!reflect.DeepEqual(acknowledged.Params["notifications"], want) {
			t.Errorf("the first message is %+v", acknowledged)
		}
		statuses, last := map[any][]any{}, map[any]map[string]any{}
		for _, n := range subscription.Before[1:] {
			if n.Method != "notifications/tasks" || n.Params["resultType"] != nil || n.Params["_meta"] == nil {
				t.Errorf("a notification is %+v", n)
			}
			id := n.Params["taskId"]
			if last[id]["lastUpdatedAt"] == n.Params["lastUpdatedAt"] {
				t.Errorf("no news: %+v", n)
			}
			statuses[id], last[id] = append(statuses[id], n.Params["status"]), n.Params
		}
		for _, id := range []string{first, second} {
			if got := slices.Compact(slices.Clone(statuses[id])); !reflect.DeepEqual(got, []any{"working", "completed"}) {
				t.Errorf("the notified statuses of %s are %v", id, got)
			}
		}
		for id, params := range last {
			current := get(t, send, id.(string)).Result
			for _, name := range []string{"_meta", "resultType", "lastUpdatedAt"} {
				delete(current, name)
				delete(params, name)
			}
			if !reflect.DeepEqual(params, current) {
				t.Errorf("the notification has %v, and tasks/get returns %v", params, current)
			}
		}
	})
}

// A client without tasks cannot subscribe to any.
func TestSubscribingToTasksNeedsTheExtension(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		id := s.begin(t, send, s.AddJob(s.project, newAgingJob(0)), nil)
		refused := send(t, "subscriptions/listen", map[string]any{
			"_meta":         map[string]any{mcp.MetaKeyProtocolVersion: "2026-07-28", mcp.MetaKeyClientCapabilities: map[string]any{}},
			"notifications": map[string]any{"taskIds": []string{id}},
		})
		if refused.Error == nil || refused.Error.Code != mcp.MISSING_REQUIRED_CLIENT_CAPABILITY || !strings.Contains(fmt.Sprint(refused.Error.Data), "requiredCapabilities") {
			t.Errorf("the result is %+v", refused)
		}
	})
}

// A subscription without notifications is acknowledged too, a thousand times.
func TestEmptySubscription(t *testing.T) {
	overBothTransports(t, func(t *testing.T, s *taskFixture, send send) {
		for try := range 1000 {
			subscription := listen(t, send, map[string]any{"toolsListChanged": true, "taskIds": []string{"made up"}})
			if len(subscription.Before) != 1 || subscription.Before[0].Method != mcp.MethodNotificationSubscriptionsAcknowledged || subscription.Result == nil {
				t.Fatalf("try %d: %+v", try, subscription)
			}
		}
	})
}
