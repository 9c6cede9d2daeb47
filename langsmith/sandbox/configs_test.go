package sandbox_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestConfigEcho(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd) + "/configs"
	saved := a.post(base, obj{"name": "Weekly", "config": obj{"last_n_hours": 24.0, "sample": 0.5}, "schedule_cron": "0 6 * * 1"})
	config := saved.at("config").(obj)
	for _, key := range []string{
		"name", "last_n_hours", "start_time", "end_time", "hierarchy", "partitions", "sample", "summary_prompt",
		"filter", "attribute_schemas", "user_context", "model", "cluster_model", "summary_model",
	} {
		if _, there := config[key]; !there {
			t.Errorf("the echo lacks %s", key)
		}
	}
	if len(config) != 14 || config["model"] != "openai" || config["last_n_hours"] != 24.0 || config["sample"] != 0.5 {
		t.Errorf("echo %v", config)
	}
	if saved.at("description") != nil || saved.text("schedule_cron") != "0 6 * * 1" {
		t.Errorf("the saved config is %s", saved.raw)
	}
	listed := a.get(base)
	if listed.text("configs", 0, "id") != saved.text("id") || listed.at("configs", 0, "prebuilt") != false {
		t.Errorf("the configs are %s", listed.raw)
	}
}

func TestPrebuiltConfigs(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd) + "/configs"
	if n := len(a.get(base).list("configs")); n != 0 {
		t.Errorf("%d configs without asking for prebuilt ones", n)
	}
	r := a.get(base + "?include_prebuilts=true")
	for i := range r.list("configs") {
		if _, err := uuid.Parse(r.text("configs", i, "id")); err == nil {
			t.Error("the id of a prebuilt config is a UUID")
		}
		if r.at("configs", i, "prebuilt") != true {
			t.Errorf("the configs are %s", r.raw)
		}
		// Its settings are a valid request.
		if got := a.runJob(insights(sandbox.ChatProd), r.at("configs", i, "config")).text("status"); got != "success" {
			t.Errorf("prebuilt config %d ends as %s", i, got)
		}
	}
	a.call("PATCH", base+"/"+r.text("configs", 0, "id"), obj{}).refused(422, "uuid_parsing")
	a.call("GET", base+"?include_prebuilts=maybe", nil).refused(422, "bool_parsing")
}

// PATCH distinguishes absent, null and value.
func TestUpdateConfig(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd) + "/configs"
	id := a.post(base, obj{"name": "n", "description": "d", "config": obj{"sample": 5}, "schedule_cron": "0 6 * * 1"}).text("id")
	for _, step := range []struct {
		patch             obj
		name, description any
		cron, sample      any
	}{
		{obj{}, "n", "d", "0 6 * * 1", 5.0},
		{obj{"schedule_cron": nil}, "n", "d", nil, 5.0},
		{obj{"description": nil}, "n", nil, nil, 5.0},
		{obj{"name": "m", "schedule_cron": "*/5 * * * *"}, "m", nil, "*/5 * * * *", 5.0},
		{obj{"config": obj{}}, "m", nil, "*/5 * * * *", nil},
		{obj{"name": nil, "config": nil, "description": "e"}, "m", "e", "*/5 * * * *", nil},
	} {
		r := a.call("PATCH", base+"/"+id, step.patch).ok()
		if r.at("name") != step.name || r.at("description") != step.description ||
			r.at("schedule_cron") != step.cron || r.at("config", "sample") != step.sample {
			t.Errorf("%v: %s", step.patch, r.raw)
		}
	}
	long := strings.Repeat("é", 256)
	a.call("PATCH", base+"/"+id, obj{"name": long}).refused(422, "string_too_long")
	a.call("PATCH", base+"/"+id, obj{"name": long[:2*255]}).ok()
	a.call("PATCH", base+"/"+id, obj{"schedule_cron": "every day"}).refused(422, "cron")
	a.call("PATCH", base+"/"+id, obj{"config": obj{"sample": 0}}).refused(422, `"loc":["body","config","sample"]`)
	a.call("PATCH", base+"/"+id, obj{"config": obj{"model": "x"}}).refused(422, `"loc":["body","config","model"]`)
	a.call("PATCH", base+"/"+id, obj{"config": obj{"filter": "x"}}).refused(400, "Invalid filter")
	a.call("PATCH", base+"/"+uuid.NewString(), obj{}).refused(404, "Insights config not found")
}

func TestCreateConfigRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd) + "/configs"
	a.call("POST", base, obj{}).refused(422, `"loc":["body","name"]`)
	a.call("POST", base, obj{"name": "x"}).refused(422, `"loc":["body","config"]`)
	a.call("POST", base, obj{"name": "x", "config": nil}).refused(422, "model_attributes_type")
	a.call("POST", base, obj{"name": strings.Repeat("x", 256), "config": obj{}}).refused(422, "255")
	a.call("POST", base, obj{"name": "x", "config": obj{}, "schedule_cron": "61 * * * *"}).refused(422, "cron")
	a.call("POST", "/sessions/"+uuid.NewString()+"/insights/configs", obj{"name": "x", "config": obj{}}).refused(404, "Session")
	a.call("GET", "/sessions/x/insights/configs", nil).refused(422, "uuid_parsing")
}

func TestDeleteConfig(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	id := a.post(base+"/configs", obj{"name": "n", "config": obj{}}).text("id")
	job := a.post(base, obj{"config_id": id}).text("id")
	if got := a.call("DELETE", base+"/configs/"+id, nil).ok(); got.text("id") != id || got.text("message") == "" {
		t.Errorf("the deletion returns %s", got.raw)
	}
	a.call("DELETE", base+"/configs/"+id, nil).refused(404, "Insights config not found")
	a.call("DELETE", base+"/configs/x", nil).refused(422, "uuid_parsing")
	a.call("POST", base, obj{"config_id": id}).refused(404, "Insights config not found")
	// The job continues without its config.
	for range 3 {
		a.get(base + "/" + job)
	}
}

// The discovered categories are saved to a config that had none, once.
func TestCategoriesAreSavedToConfig(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	id := a.post(base+"/configs", obj{"name": "Weekly", "config": obj{"hierarchy": []int{3}}}).text("id")
	job := a.runJob(base, obj{"config_id": id})
	if job.text("name") != "Weekly" || job.text("config_id") != id {
		t.Errorf("the job is %s", job.raw)
	}
	partitions := func() obj { return a.get(base+"/configs").at("configs", 0, "config", "partitions").(obj) }
	found := partitions()
	shape := job.at("shape").(obj)
	if len(found) != 3 || len(shape) != 3 {
		t.Fatalf("partitions %v, shape %v", found, shape)
	}
	for name := range shape {
		if found[name] == "" {
			t.Errorf("%q is not among %v", name, found)
		}
	}
	// A later job uses them, and does not add others.
	again := a.runJob(base, obj{"config_id": id, "last_n_hours": 336})
	for name := range found {
		if _, kept := again.at("shape").(obj)[name]; !kept {
			t.Errorf("%q is missing in %v", name, again.at("shape"))
		}
	}
	if after := partitions(); len(after) != 3 {
		t.Errorf("partitions %v", after)
	}
	// A config with categories of its own is not changed.
	own := a.post(base+"/configs", obj{"name": "own", "config": obj{"partitions": obj{"Money": "refunds"}}}).text("id")
	a.runJob(base, obj{"config_id": own})
	if after := partitions(); len(after) != 1 {
		t.Errorf("own partitions %v", after)
	}
}

// The fields of a request override those of its config.
func TestRequestOverridesConfig(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd)
	id := a.post(base+"/configs", obj{"name": "c", "config": obj{"name": "inner", "last_n_hours": 336, "hierarchy": []int{3}}}).text("id")
	if got := a.post(base, obj{"config_id": id}).text("name"); got != "inner" {
		t.Errorf("name %q", got)
	}
	job := a.runJob(base, obj{"config_id": id, "name": "mine", "start_time": "2026-03-09T12:00:00Z", "hierarchy": []int{2}})
	total := 0.0
	for _, n := range job.at("shape").(obj) {
		total += n.(float64)
	}
	if job.text("name") != "mine" || total != 161 || len(job.at("shape").(obj)) != 2 {
		t.Errorf("the job is %s", job.raw)
	}
}

func TestGenerateConfig(t *testing.T) {
	t.Parallel()
	a := newAPI(t, sandbox.Options{})
	base := insights(sandbox.ChatProd) + "/configs"
	r := a.post(base+"/generate", obj{"user_context": obj{"What would you like to learn about your agent?": "where it fails"}})
	if !strings.Contains(r.text("summary_prompt"), "where it fails") || !strings.Contains(r.text("summary_prompt"), "{{all_thread_messages}}") {
		t.Errorf("the generated config is %s", r.raw)
	}
	if n := len(a.get(base).list("configs")); n != 0 {
		t.Errorf("%d configs were saved", n)
	}
	// The proposal is a valid request.
	if got := a.runJob(insights(sandbox.ChatProd), r.value).text("status"); got != "success" {
		t.Errorf("the proposal ends as %s", got)
	}
	a.call("POST", base+"/generate", obj{}).refused(422, "Field required")
	a.call("POST", base+"/generate", obj{"user_context": obj{}, "model": "anthropic"}).refused(422, "['ANTHROPIC_API_KEY']")
	a.call("POST", base+"/generate", obj{"user_context": obj{}, "cluster_model": "openai"}).refused(422, "together")
}
