package replicas

import (
	"net/http"
	"testing"
)

// Any replica handles any request at /mcp: in a session that another replica opened, and
// without sessions.
func TestAnyReplicaResponds(t *testing.T) {
	c := start(t, clusterOptions{})
	who := c.langSmith.newCaller()
	for _, opener := range c.replicas {
		session := c.session(t, opener.address, who, object{})
		modern, body := statelessCall(who, "list_projects", object{})
		for _, other := range c.replicas {
			for era, call := range map[string]struct {
				h    headers
				body string
			}{
				sessions:  {session, toolCall(1, "list_projects", object{})},
				stateless: {modern, body},
			} {
				if got, err := c.call(t.Context(), other.address, call.h, call.body); err != nil || got.isError {
					t.Errorf("%s: a session of %s at %s: %v, %+v", era, opener.name, other.name, err, got)
				}
			}
		}
		// A session that is ended at one replica is ended there.
		if answer, text := c.send(t, http.MethodDelete, "http://"+opener.address+"/mcp", session, ""); answer.StatusCode != http.StatusOK {
			t.Errorf("DELETE: %s %s", answer.Status, text)
		}
		if answer, _ := c.send(t, http.MethodPost, "http://"+opener.address+"/mcp", session, toolCall(2, "list_projects", object{})); answer.StatusCode != http.StatusNotFound {
			t.Errorf("an ended session: %s", answer.Status)
		}
	}
	answered := map[string]int{}
	session := c.session(t, c.balancer, who, object{})
	for range 9 {
		got, err := c.call(t.Context(), c.balancer, session, toolCall(1, "list_projects", object{}))
		if err != nil || got.isError {
			t.Fatalf("through the balancer: %v, %+v", err, got)
		}
		answered[got.replica]++
	}
	for _, r := range c.replicas {
		if answered[r.name] != 3 {
			t.Errorf("of nine calls in one session %s answered %d", r.name, answered[r.name])
		}
	}
}
