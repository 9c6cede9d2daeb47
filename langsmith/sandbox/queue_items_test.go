package sandbox_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
	"langsmith-insights-mcp/langsmith/sandbox/trace"
)

func TestQueueItems(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{Empty: true})
	session := a.s.AddProject(sandbox.Project{Name: "p"})
	began := start.Add(-time.Hour)
	var items []obj
	for i, id := range a.s.AddRuns(session, trace.Run{Start: began}, trace.Run{Start: began}, trace.Run{Start: began}) {
		items = append(items, obj{"item_type": "RUN", "run_id": id, "project_id": session, "start_time": began})
		a.s.AddRuns(session, trace.Run{Name: fmt.Sprint("child ", i), TraceID: id, ParentID: id, Start: began})
	}
	queue := a.post("/annotation-queues", obj{"name": "review", "num_reviewers_per_item": 2}).text("id")
	path := "/api/v1/platform/annotation-queues/" + queue + "/items"
	count := func(status string) any { return a.get(path + "/count?status=" + status).at("count") }
	tier := func(item obj) string { return a.get("/runs/" + item["run_id"].(uuid.UUID).String()).text("trace_tier") }

	added := a.post(path, obj{"items": items[:2]}).list("items")
	if len(added) != 2 || added[0].(obj)["queue_id"] != queue || added[0].(obj)["last_reviewed_time"] != nil {
		t.Errorf("added %v", added)
	}
	a.post(path+"?extend_trace_retention=true", obj{"items": items[2:]})
	if tier(items[0]) != "shortlived" || tier(items[2]) != "longlived" {
		t.Errorf("tiers %s and %s", tier(items[0]), tier(items[2]))
	}
	a.post(path, obj{"items": []obj{{"item_type": "THREAD", "thread_id": "t", "session_id": session}}})
	if n := len(a.get("/annotation-queues/" + queue + "/runs").list()); n != 3 {
		t.Errorf("the older route shows %d runs", n)
	}

	// Pages of one item, in the order of addition.
	next := url.Values{"status": {"needs_my_review"}, "page_size": {"1"}}
	var types []any
	for range 10 {
		page := a.get(path + "?" + next.Encode())
		types = append(types, collectEach(page.list("items"), "item_type")...)
		cursor, more := page.at("next_cursor").(string)
		if !more {
			break
		}
		next.Set("cursor", cursor)
	}
	if fmt.Sprint(types) != "[RUN RUN RUN THREAD]" {
		t.Errorf("items %v", types)
	}
	if n := len(a.get(path + "?status=needs_my_review&item_type=THREAD").list("items")); n != 1 {
		t.Errorf("%d threads", n)
	}
	if n := len(a.get(path + "?status=needs_my_review&min_start_time=" + start.Format(time.RFC3339)).list("items")); n != 0 {
		t.Errorf("%d items that started later", n)
	}

	// Two reviewers complete an item, and it is archived.
	review := "/api/v1/platform/annotation-queues/items/" + added[0].(obj)["id"].(string) + "/status"
	if got := a.post(review, obj{"status": "viewed"}).at("is_archived"); got != false || count("needs_my_review") != 4.0 {
		t.Errorf("viewed: archived %v", got)
	}
	a.post(review, obj{"status": "completed"})
	if count("needs_my_review") != 3.0 || count("needs_others_review") != 1.0 {
		t.Error("the item is archived after one of two reviews")
	}
	if got := a.post(review, obj{"status": "completed"}).at("is_archived"); got != true || count("archived") != 1.0 || count("all") != 4.0 {
		t.Errorf("archived %v", got)
	}
	if at := a.get(path+"?status=archived").at("items", 0, "last_reviewed_time"); at == nil {
		t.Error("an archived item has no time of its last review")
	}
	a.post(review, obj{"status": nil})
	if count("needs_my_review") != 4.0 {
		t.Error("a null status does not return the item to the queue")
	}

	with := func(field string, value any) obj {
		changed := obj{}
		for name, v := range items[0] {
			changed[name] = v
		}
		if changed[field] = value; value == nil {
			delete(changed, field)
		}
		return obj{"items": []obj{changed}}
	}
	for field, want := range map[string]string{"start_time": "Field required", "project_id": "Field required", "run_id": "Field required"} {
		a.call("POST", path, with(field, nil)).refused(422, want)
	}
	a.call("POST", path, with("run_id", "x")).refused(422, "uuid_parsing")
	a.call("POST", path, with("item_type", "run")).refused(422, "enum")
	a.call("POST", path, obj{}).refused(422, `"loc":["body","items"]`)
	a.call("POST", path, with("run_id", uuid.New())).refused(404, "Run not found")
	a.call("POST", path, with("project_id", uuid.New())).refused(404, "Run not found")
	a.call("POST", path, with("start_time", start)).refused(404, "Run not found")
	a.call("POST", path, obj{"items": []obj{{"item_type": "THREAD", "thread_id": "t", "project_id": uuid.New()}}}).refused(404, "Session not found")
	a.call("POST", path, obj{"items": []obj{{"item_type": "THREAD", "project_id": session}}}).refused(422, "thread_id")
	if count("all") != 4.0 {
		t.Error("a refused request added items")
	}
	a.call("GET", path, nil).refused(422, `"loc":["query","status"]`)
	a.call("GET", path+"?status=all", nil).refused(422, "enum")
	a.call("GET", path+"?status=archived&cursor=x", nil).refused(400, "cursor")
	a.call("GET", path+"/count", nil).refused(422, `"loc":["query","status"]`)
	a.call("GET", "/api/v1/platform/annotation-queues/"+uuid.NewString()+"/items?status=archived", nil).refused(404, "Annotation queue not found")
	a.call("POST", "/api/v1/platform/annotation-queues/items/"+uuid.NewString()+"/status", obj{}).refused(404, "item not found")
	a.call("POST", review, obj{"status": "done"}).refused(422, "enum")
}
