package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestJobStatuses(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	created := a.post(base, obj{"name": "Weekly"})
	if created.text("status") != "queued" || created.text("name") != "Weekly" {
		t.Errorf("created: %s", created.raw)
	}
	path := base + "/" + created.text("id")
	for _, want := range []string{"queued", "running"} {
		r := a.get(path)
		if r.text("status") != want || len(r.list("clusters")) != 0 || r.at("report") != nil || r.at("end_time") != nil {
			t.Errorf("want %s: %s", want, r.raw)
		}
	}
	if listed := a.get(base).text("clustering_jobs", 0, "status"); listed != "running" {
		t.Errorf("a list advanced the job: %s", listed)
	}
	done := a.get(path)
	if done.text("status") != "success" || len(done.list("clusters")) < 10 || len(done.list("report", "key_points")) < 4 {
		t.Errorf("done: %s", done.raw)
	}
	if again := a.get(path); string(again.raw) != string(done.raw) {
		t.Error("the report changes between reads")
	}
	if got := done.at("metadata", "source"); got != "sandbox" {
		t.Errorf("metadata source %v", got)
	}
	if n := a.s.JobsStarted(); n != 1 {
		t.Errorf("%d jobs started", n)
	}
}

func TestJobDuration(t *testing.T) {
	t.Parallel()
	now := start
	a := newAPI(t, sandbox.Options{JobDuration: 20 * time.Minute, Now: func() time.Time { return now }})
	base := insights(sandbox.ChatProd)
	path := base + "/" + a.post(base, obj{}).text("id")
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "queued"}, {119 * time.Second, "queued"}, {2 * time.Minute, "running"}, {19 * time.Minute, "running"}, {20 * time.Minute, "success"}} {
		now = start.Add(step.after)
		if got := a.get(path).text("status"); got != step.want {
			t.Errorf("after %v the job is %s, want %s", step.after, got, step.want)
		}
	}
	now = now.Add(time.Hour)
	done := a.get(path)
	if done.text("start_time") != "2026-03-16T12:02:00.000000+00:00" || done.text("end_time") != "2026-03-16T12:20:00.000000+00:00" {
		t.Errorf("from %s to %s", done.text("start_time"), done.text("end_time"))
	}
	// A job ends without being read.
	a.post(base, obj{})
	now = now.Add(time.Hour)
	if got := a.get(base).text("clustering_jobs", 0, "status"); got != "success" {
		t.Errorf("in the list the job is %s", got)
	}
}

func TestReadsUntilDone(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{ReadsUntilDone: 1})
	base := insights(sandbox.ChatProd)
	if got := a.get(base + "/" + a.post(base, obj{}).text("id")).text("status"); got != "success" {
		t.Errorf("the first read shows %s", got)
	}
}

// A job that is not read advances with time, as lists show.
func TestUnreadJobAdvances(t *testing.T) {
	t.Parallel()
	now := start
	a := newAPI(t, sandbox.Options{Now: func() time.Time { return now }})
	base := insights(sandbox.ChatProd)
	a.post(base, obj{})
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "queued"}, {2 * time.Second, "queued"}, {3 * time.Second, "running"}, {29 * time.Second, "running"}, {30 * time.Second, "success"}} {
		now = start.Add(step.after)
		if got := a.get(base).text("clustering_jobs", 0, "status"); got != step.want {
			t.Errorf("after %v the list shows the job %s, want %s", step.after, got, step.want)
		}
	}
	now = start.Add(time.Hour)
	if got := a.get(base).text("clustering_jobs", 0, "end_time"); got != "2026-03-16T12:00:30.000000+00:00" {
		t.Errorf("the job ended at %s", got)
	}
}

// The parts of a report are consistent.
func TestReportIsConsistent(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	done := a.runJob(base, obj{})
	path := base + "/" + done.text("id")
	top, byID := 0, make(map[string]any)
	for _, c := range done.list("clusters") {
		byID[c.(obj)["id"].(string)] = c
	}
	shape := done.at("shape").(obj)
	for id, c := range byID {
		cluster := c.(obj)
		if cluster["parent_id"] == nil {
			top += int(cluster["num_runs"].(float64))
			if shape[cluster["name"].(string)] != cluster["num_runs"] {
				t.Errorf("shape %v does not agree with %v", shape, cluster)
			}
		} else if parent, ok := byID[cluster["parent_id"].(string)].(obj); !ok || parent["name"] != cluster["parent_name"] {
			t.Errorf("parent of %v", cluster)
		}
		one := a.get(path + "/clusters/" + id)
		children := 0
		for _, other := range byID {
			if other.(obj)["parent_id"] == id {
				children++
			}
		}
		if one.text("name") != cluster["name"] || one.at("num_children") != float64(children) {
			t.Errorf("cluster alone %s, in the report %v", one.raw, cluster)
		}
		runs := a.get(path + "/runs?cluster_id=" + id)
		if n := len(runs.list("runs")); n != int(cluster["num_runs"].(float64)) {
			t.Errorf("%v has %d listed runs", cluster, n)
		}
	}
	for i, h := range done.list("report", "highlighted_traces") {
		highlight := h.(obj)
		if cluster, ok := byID[highlight["cluster_id"].(string)].(obj); !ok || cluster["name"] != highlight["cluster_name"] || highlight["rank"] != float64(i+1) {
			t.Errorf("highlight %v", highlight)
		}
		a.get("/runs/" + highlight["run_id"].(string))
	}
	a.call("GET", path+"/clusters/"+uuid.NewString(), nil).refused(404, "Cluster not found")
	a.call("GET", path+"/clusters/x", nil).refused(422, "uuid_parsing")
	if top != 161 {
		t.Errorf("the top categories have %d runs", top)
	}
}

func TestJobRunsPages(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	job := a.runJob(base, obj{"attribute_schemas": obj{"turns": obj{"type": "number"}, "angry": obj{"type": "boolean"}}})
	path := base + "/" + job.text("id") + "/runs"
	seen := make(map[any]bool)
	offset := "0"
	for pages := 1; ; pages++ {
		r := a.get(path + "?limit=50&offset=" + offset + "&attribute_sort_key=turns&attribute_sort_order=desc")
		last := 1e9
		for _, run := range r.list("runs") {
			fields := run.(obj)
			seen[fields["id"]] = true
			turns := fields["attributes"].(obj)["turns"].(float64)
			if turns > last {
				t.Errorf("page %d is not sorted", pages)
			}
			last = turns
			if fields["summary"] == "" || fields["inputs"] == "" {
				t.Errorf("the run's fields are %v", fields)
			}
		}
		if r.at("offset") == nil {
			if pages != 4 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		offset = fmt.Sprint(r.at("offset"))
	}
	if len(seen) != 161 {
		t.Errorf("%d runs seen", len(seen))
	}
	past := a.get(path + "?offset=5000")
	if len(past.list("runs")) != 0 || past.at("offset") != nil {
		t.Errorf("past the end: %s", past.raw)
	}
	a.get(path + "?attribute_sort_key=angry&attribute_sort_order=asc")
	a.get(path + "?attribute_sort_key=nobody_knows")
	a.call("GET", path+"?attribute_sort_order=up", nil).refused(422, "'asc' or 'desc'")
	a.call("GET", path+"?limit=0", nil).refused(422, "greater_than_equal")
	a.call("GET", path+"?cluster_id=1", nil).refused(422, "uuid_parsing")
	a.call("GET", path+"?cluster_id="+uuid.NewString(), nil).refused(404, "Cluster not found")
}

func TestListJobs(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	config := a.post(base+"/configs", obj{"name": "c", "config": obj{}}).text("id")
	var ids []any
	for i := range 5 {
		body := obj{"name": fmt.Sprint(i)}
		if i == 3 {
			body = obj{"config_id": config}
		}
		ids = append([]any{a.post(base, body).text("id")}, ids...)
	}
	for query, want := range map[string][]any{
		"":                     ids,
		"?limit=2":             ids[:2],
		"?limit=2&offset=3":    ids[3:],
		"?offset=99":           {},
		"?config_id=" + config: {ids[1]},
		"?legacy=true":         ids,
	} {
		if got := collectEach(a.get(base+query).list("clustering_jobs"), "id"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"?limit=101":   "less than or equal to 100",
		"?limit=0":     "greater than or equal to 1",
		"?limit=many":  "int_parsing",
		"?offset=-1":   "greater_than_equal",
		"?config_id=1": `"loc":["query","config_id"]`,
		"?legacy=2":    "bool_parsing",
	} {
		a.call("GET", base+query, nil).refused(422, want)
	}
	a.call("GET", "/sessions/1/insights", nil).refused(422, `"loc":["path","session_id"]`)
	a.call("GET", "/sessions/"+uuid.NewString()+"/insights", nil).refused(404, "Session not found")
}

func TestRenameAndDelete(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	id := a.post(base, obj{}).text("id")
	path := base + "/" + id
	r := a.call("PATCH", path, obj{"name": "Better"}).ok()
	if fields := r.value.(obj); len(fields) != 2 || fields["name"] != "Better" || fields["status"] != "queued" {
		t.Errorf("renamed: %s", r.raw)
	}
	a.call("PATCH", path, obj{}).refused(422, "Field required")
	a.call("PATCH", path, obj{"name": nil}).refused(422, "string_type")
	a.call("PATCH", base+"/"+uuid.NewString(), obj{"name": "x"}).refused(404, "Insights job not found")
	a.call("DELETE", base+"/1", nil).refused(422, "uuid_parsing")
	if got := a.call("DELETE", path, nil).ok().text("id"); got != id {
		t.Errorf("deleted %s", got)
	}
	for _, method := range []string{"GET", "DELETE"} {
		a.call(method, path, nil).refused(404, "Insights job not found")
	}
	a.call("GET", path+"/runs", nil).refused(404, "Insights job not found")
	a.call("GET", base+"/1", nil).refused(422, "uuid_parsing")
}

func TestCreateSchemaViolations(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	eleven := obj{}
	for i := range 11 {
		eleven[fmt.Sprint(i)] = "x"
	}
	for body, want := range map[string]string{
		`{"config_id": "1"}`:                  "uuid_parsing",
		`{"config_id": 1}`:                    "uuid_type",
		`{"start_time": "yesterday"}`:         "datetime_parsing",
		`{"end_time": "2026-03-01T00:00:00"}`: "datetime_parsing",
		`{"end_time": 5}`:                     "datetime_type",
		`{"last_n_hours": 1.5}`:               "int_from_float",
		`{"last_n_hours": "24"}`:              "int_type",
		`{"last_n_hours": 1e999}`:             "int_from_float",
		`{"last_n_hours": 1e-999999999}`:      "int_from_float",
		`{"hierarchy": "3"}`:                  "list_type",
		`{"hierarchy": [3, "x"]}`:             `"loc":["body","hierarchy",1]`,
		`{"partitions": {"a": 1}}`:            `"loc":["body","partitions","a"]`,
		`{"partitions": []}`:                  "dict_type",
		`{"sample": "all"}`:                   "float_type",
		`{"sample": 1e999}`:                   "finite_number",
		`{"summary_prompt": 1}`:               "string_type",
		`{"filter": {}}`:                      "string_type",
		`{"name": []}`:                        "string_type",
		`{"attribute_schemas": "x"}`:          "dict_type",
		`{"user_context": {"q": null}}`:       "string_type",
		`{"model": "llama"}`:                  "Input should be 'openai' or 'anthropic'",
		`{"model": null}`:                     "enum",
		`{"is_scheduled": null}`:              "bool_type",
		`{"validate_model_secrets": "true"}`:  "bool_type",
		`[]`:                                  "model_attributes_type",
		`null`:                                "model_attributes_type",
		`{`:                                   "json_invalid",
		`{} {}`:                               "json_invalid",
		``:                                    "json_invalid",
	} {
		a.call("POST", base, body).refused(422, want)
	}
	a.call("POST", base, obj{"partitions": eleven}).refused(422, "too_long")
	// One response lists all problems.
	if n := len(a.call("POST", base, `{"model": 1, "sample": "x", "name": 2}`).list("detail")); n != 3 {
		t.Errorf("%d problems", n)
	}
	a.call("POST", "/sessions/"+uuid.NewString()+"/insights", obj{}).refused(404, "Session not found")
	if n := a.s.JobsStarted(); n != 0 {
		t.Errorf("%d jobs started", n)
	}
}

func TestCreateDocumentedRules(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	for body, want := range map[string]string{
		`{"last_n_hours": 0}`: "above 0",
		`{"last_n_hours": 5, "start_time": "2026-03-01T00:00:00Z"}`:                  "not both",
		`{"end_time": "2026-03-01T00:00:00Z"}`:                                       "needs start_time",
		`{"start_time": "2026-03-02T00:00:00Z", "end_time": "2026-03-02T00:00:00Z"}`: "after start_time",
		`{"sample": 0}`:                                                       "at most 1000",
		`{"sample": 1001}`:                                                    "at most 1000",
		`{"hierarchy": [0]}`:                                                  "at least one cluster",
		`{"summary_prompt": "Say something"}`:                                 "at least one variable",
		`{"cluster_model": "openai"}`:                                         "together",
		`{"cluster_model": "gpt", "summary_model": "openai"}`:                 "model configuration",
		`{"attribute_schemas": {"x": {"type": "list"}}}`:                      "needs a type",
		`{"attribute_schemas": {"x": {"type": "string", "filter_by": true}}}`: "booleans only",
	} {
		a.call("POST", base, body).refused(422, want)
	}
	a.call("POST", base, obj{"filter": "eq(colour, 1)"}).refused(400, "Invalid filter: unknown field colour")
}

// A request with all seventeen fields, and one with null for those that allow it.
func TestCreateWithEveryField(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	config := a.post(base+"/configs", obj{"name": "c", "config": obj{}}).text("id")
	full := obj{
		"config_id": config, "start_time": "2026-03-09T12:00:00Z", "end_time": "2026-03-16T12:00:00.5Z",
		"last_n_hours": nil, "hierarchy": []int{3, 9}, "partitions": obj{"Money": "refunds"}, "sample": 50,
		"summary_prompt": "{{run.inputs.messages}} {{{ run.feedback.user_score }}}", "filter": `eq(is_root, true)`,
		"name": "Everything", "attribute_schemas": obj{"ok": obj{"type": "boolean"}},
		"user_context": obj{"q": "a"}, "model": "openai", "cluster_model": "openai",
		"summary_model": uuid.NewString(), "is_scheduled": false, "validate_model_secrets": true,
	}
	if got := a.runJob(base, full); got.text("status") != "success" || got.text("config_id") != config {
		t.Errorf("the job is %s", got.raw)
	}
	nulls := obj{}
	for name := range full {
		nulls[name] = nil
	}
	nulls["model"], nulls["is_scheduled"], nulls["validate_model_secrets"] = "openai", true, false
	if got := a.runJob(base, nulls).text("status"); got != "success" {
		t.Errorf("nulls: %s", got)
	}
}

func TestModelSecrets(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	const missing = `{"detail":"['ANTHROPIC_API_KEY']"}`
	a.call("POST", base, obj{"model": "anthropic"}).refused(422, missing)
	a.call("POST", base, obj{"cluster_model": "openai", "summary_model": "anthropic"}).refused(422, missing)
	a.post(base, obj{"model": "anthropic", "validate_model_secrets": false})
	a.post(base, obj{"model": "anthropic", "cluster_model": "openai", "summary_model": "openai"})
	none := newAPI(t, sandbox.Options{Secrets: []string{}})
	none.call("POST", base, obj{"cluster_model": "openai", "summary_model": "anthropic"}).
		refused(422, `['ANTHROPIC_API_KEY', 'OPENAI_API_KEY']`)
	both := newAPI(t, sandbox.Options{Secrets: []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}})
	both.post(base, obj{"model": "anthropic"})
}

func TestTooManyJobs(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{MaxConcurrentJobs: 1})
	base := insights(sandbox.ChatProd)
	id := a.post(base, obj{}).text("id")
	a.call("POST", insights(sandbox.ChatStaging), obj{}).refused(http.StatusTooManyRequests, "Too many concurrent Insights jobs")
	a.in(uuid.New()).get("/sessions")
	for range 3 {
		a.get(base + "/" + id)
	}
	a.post(base, obj{})
}

// The window, sample, filter, hierarchy and partitions of a request affect the report.
func TestRequestAffectsReport(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	size := func(body obj) (runs float64, top []string) {
		r := a.runJob(base, body)
		if r.text("status") != "success" {
			t.Fatalf("%v: %s", body, r.raw)
		}
		for name, n := range r.at("shape").(obj) {
			runs += n.(float64)
			top = append(top, name)
		}
		slices.Sort(top)
		return runs, top
	}
	for _, c := range []struct {
		body obj
		runs float64
	}{
		{obj{}, 161},
		{obj{"last_n_hours": 336}, 307},
		{obj{"start_time": "2026-03-02T12:00:00Z", "end_time": "2026-03-09T12:00:00Z"}, 146},
		{obj{"start_time": "2026-03-02T13:00:00+01:00"}, 307},
		{obj{"sample": 20}, 20},
	} {
		if runs, _ := size(c.body); runs != c.runs {
			t.Errorf("%v: %v runs, want %v", c.body, runs, c.runs)
		}
	}
	if runs, _ := size(obj{"filter": `eq(status, "error")`}); runs < 10 || runs > 60 {
		t.Errorf("%v failed runs", runs)
	}
	if _, top := size(obj{"hierarchy": []int{3}}); len(top) != 3 {
		t.Errorf("a hierarchy of 3 gives %v", top)
	}
	if _, top := size(obj{"partitions": obj{"Money": "refund billing", "Parcels": "delivery parcel"}}); !slices.Equal(top, []string{"Money", "Other", "Parcels"}) {
		t.Errorf("partitions give %v", top)
	}
	empty := a.runJob(base, obj{"filter": `has(tags, "nothing")`})
	if empty.text("status") != "error" || !strings.Contains(empty.text("error"), "sandbox wording") || empty.at("report") != nil {
		t.Errorf("an empty selection: %s", empty.raw)
	}
}
