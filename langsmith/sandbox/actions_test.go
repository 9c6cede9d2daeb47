package sandbox_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

// threeRuns returns the ids of three root runs of a sample project.
func threeRuns(a api) (ids []any) {
	r := a.post("/runs/query", obj{"session": []any{sandbox.SampleProject(uuid.Nil, sandbox.ChatProd)}, "is_root": true, "limit": 3})
	return collectEach(r.list("runs"), "id")
}

func TestDatasets(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	id := a.post("/api/v1/datasets", obj{"name": "refunds", "data_type": "kv", "description": "d", "extra": obj{"metadata": obj{"k": "v"}}}).text("id")
	if got := a.get("/datasets?name=refunds").text(0, "id"); got != id {
		t.Errorf("found %s", got)
	}
	for query, want := range map[string][]any{
		"":                                 {"refunds", "chat-regression-2-examples"},
		"?name=nobody":                     {},
		"?name_contains=REF":               {"refunds"},
		"?id=" + id:                        {"refunds"},
		"?limit=1&offset=1":                {"chat-regression-2-examples"},
		"?offset=2":                        {},
		"?data_type=chat":                  {},
		"?data_type=kv&sort_by=created_at": {"refunds", "chat-regression-2-examples"},
	} {
		if got := collectEach(a.get("/datasets"+query).list(), "name"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	reference := a.get("/datasets?name_contains=regression")
	if reference.at(0, "session_count") != 1.0 || reference.at(0, "example_count") != 34.0 {
		t.Errorf("the datasets are %s", reference.raw)
	}
	a.call("POST", "/datasets", obj{"name": "refunds"}).refused(409, "already exists")
	a.call("POST", "/datasets", obj{"name": "x", "id": id}).refused(409, "already exists")
	a.call("POST", "/datasets", obj{}).refused(422, "Field required")
	a.call("POST", "/datasets", obj{"name": "x", "data_type": "xml"}).refused(422, "'kv', 'llm' or 'chat'")
	a.call("GET", "/datasets?data_type=xml", nil).refused(422, "enum")
	a.call("GET", "/datasets?limit=0", nil).refused(422, "greater_than_equal")
	own := uuid.NewString()
	if got := a.post("/datasets", obj{"name": "own", "id": own}).text("id"); got != own {
		t.Errorf("id %s", got)
	}
}

func TestExamplesFromRuns(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	dataset := a.post("/datasets", obj{"name": "refunds"}).text("id")
	runs := threeRuns(a)
	var body []obj
	for i, run := range runs {
		body = append(body, obj{
			"id": uuid.NewSHA1(uuid.MustParse(dataset), []byte(run.(string))), "dataset_id": dataset, "source_run_id": run,
			"use_source_run_io": true, "metadata": obj{"n": i}, "split": []any{"train", "base", nil}[i],
		})
	}
	created := a.post("/api/v1/examples/bulk", body)
	again := a.post("/examples/bulk", body)
	if string(created.raw) != string(again.raw) {
		t.Errorf("sent again:\n%s\n%s", created.raw, again.raw)
	}
	held := a.get("/examples?dataset=" + dataset)
	if n := len(held.list()); n != 3 {
		t.Fatalf("the dataset has %d examples", n)
	}
	source := a.get("/runs/" + runs[0].(string))
	if len(held.list(0, "inputs", "messages")) != len(source.list("inputs", "messages")) || source.at("in_dataset") != true {
		t.Errorf("example %v of run %s", held.at(0), source.raw)
	}
	if split := held.list(0, "metadata", "dataset_split"); !slices.Equal(split, []any{"train"}) {
		t.Errorf("split %v", split)
	}
	if got := collectEach(a.get("/examples?dataset="+dataset+"&limit=1&offset=1").list(), "source_run_id"); !slices.Equal(got, runs[1:2]) {
		t.Errorf("second page %v", got)
	}
	if n := len(a.get("/examples?dataset=" + dataset + "&offset=3").list()); n != 0 {
		t.Errorf("past the end: %d", n)
	}
	if n := len(a.get("/examples?id=" + held.text(2, "id")).list()); n != 1 {
		t.Errorf("by id: %d", n)
	}
	if got := a.get("/datasets?name=refunds").at(0, "example_count"); got != 3.0 {
		t.Errorf("example_count %v", got)
	}
	a.post("/examples/bulk", []obj{{"dataset_id": dataset, "inputs": obj{"a": 1}, "outputs": nil}})
	a.post("/examples/bulk", []obj{})

	// An invalid example refuses the whole request.
	fine := obj{"dataset_id": dataset}
	a.call("POST", "/examples/bulk", []obj{fine, {"dataset_id": uuid.New()}}).refused(404, "Dataset not found")
	a.call("POST", "/examples/bulk", []obj{fine, {"dataset_id": dataset, "source_run_id": uuid.New()}}).refused(404, "Run not found")
	a.call("POST", "/examples/bulk", []obj{fine, {}}).refused(422, `"loc":["body",1,"dataset_id"]`)
	a.call("POST", "/examples/bulk", obj{}).refused(422, "list_type")
	a.call("POST", "/examples/bulk", `{`).refused(422, "json_invalid")
	a.call("POST", "/examples/bulk", []obj{{"dataset_id": dataset, "inputs": 5}}).refused(422, "dict_type")
	if n := len(a.get("/examples?dataset=" + dataset).list()); n != 4 {
		t.Errorf("refused calls left %d examples", n)
	}
	a.call("GET", "/examples", nil).refused(422, "Field required")
	a.call("GET", "/examples?dataset="+uuid.NewString(), nil).refused(404, "Dataset not found")
}

func TestAnnotationQueues(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	id := a.post("/api/v1/annotation-queues", obj{"name": "review", "description": "d", "num_reviewers_per_item": 2}).text("id")
	path := "/api/v1/annotation-queues/" + id + "/runs"
	runs := threeRuns(a)

	a.post(path, runs[:1])
	a.post(path, []obj{{"run_id": runs[1]}})
	if got := collectEach(a.get(path).list(), "id"); !slices.Equal(got, runs[:2]) {
		t.Errorf("the queue has %v", got)
	}
	// The sandbox adds a run again, so that a client that does not check is noticed.
	a.post(path, runs[:1])
	if n := len(a.get(path).list()); n != 3 {
		t.Errorf("after adding a run again the queue has %d", n)
	}
	if n := len(a.get(path + "?limit=1&offset=3").list()); n != 0 {
		t.Errorf("past the end: %d", n)
	}
	if got := a.get("/annotation-queues?name=review"); got.text(0, "id") != id || got.at(0, "total_runs") != 3.0 {
		t.Errorf("the queues are %s", got.raw)
	}
	// The whole trace gets extended retention; other traces do not.
	in := a.post("/runs/query", obj{"trace": runs[0]}).list("runs")
	for _, tier := range collectEach(in, "trace_tier") {
		if tier != "longlived" || len(in) < 2 {
			t.Errorf("%d runs, one at tier %v", len(in), tier)
		}
	}
	if tier := a.get("/runs/" + runs[2].(string)).text("trace_tier"); tier != "shortlived" {
		t.Errorf("another trace has the tier %s", tier)
	}

	for query, want := range map[string]int{
		"": 1, "?name=x": 0, "?name_contains=REV": 1, "?ids=" + id: 1, "?offset=1": 0, "?queue_type=pairwise": 0,
		"?queue_type=single": 1, "?dataset_id=" + uuid.NewString(): 0,
	} {
		if n := len(a.get("/annotation-queues" + query).list()); n != want {
			t.Errorf("%s: %d queues", query, n)
		}
	}
	a.call("POST", path, []string{uuid.NewString()}).refused(404, "Run not found")
	a.call("POST", path, []string{"x"}).refused(422, `"loc":["body",0]`)
	a.call("POST", path, []obj{{}}).refused(422, "Field required")
	a.call("POST", path, obj{}).refused(422, "list_type")
	a.call("POST", "/annotation-queues/"+uuid.NewString()+"/runs", runs).refused(404, "Annotation queue not found")
	a.call("POST", "/annotation-queues/x/runs", runs).refused(422, "uuid_parsing")
	a.call("GET", "/annotation-queues/x/runs", nil).refused(422, "uuid_parsing")
	a.call("POST", "/annotation-queues", obj{}).refused(422, "Field required")
	a.call("GET", "/annotation-queues?queue_type=x", nil).refused(422, "enum")
}
