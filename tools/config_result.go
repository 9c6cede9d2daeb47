package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/schedule"
)

// listedConfig is what every result says of a config.
type listedConfig struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	Description     string          `json:"description,omitempty"`
	Config          json.RawMessage `json:"config" jsonschema:"type=object"`
	Prebuilt        bool            `json:"prebuilt"`
	ScheduleCron    string          `json:"schedule_cron,omitempty"`
	Schedule        string          `json:"schedule,omitempty"`
	RunsPerMonth    int             `json:"runs_per_month,omitempty"`
	CostUSDPerMonth *costRange      `json:"cost_usd_per_month,omitempty"`
}

// configView is a config and what running it by its schedule means.
type configView struct {
	langsmith.Config
	settings map[string]any // without what is null
	runs     *scheduledRuns // nil without a schedule, and for one that is not understood
}

func viewConfig(config langsmith.Config, now time.Time) configView {
	view := configView{Config: config, settings: map[string]any{}}
	decoder := json.NewDecoder(bytes.NewReader(config.Config))
	decoder.UseNumber() // a number stays as LangSmith wrote it
	if decoder.Decode(&view.settings) != nil || view.settings == nil {
		view.settings = map[string]any{}
	}
	dropNulls(view.settings)
	if when, err := schedule.Parse(config.ScheduleCron); err == nil {
		view.runs = newScheduledRuns(when, requestIn(config.Config), now)
	}
	return view
}

func dropNulls(object map[string]any) {
	for name, value := range object {
		switch value := value.(type) {
		case nil:
			delete(object, name)
		case map[string]any:
			dropNulls(value)
		}
	}
}

// requestIn reads from a saved config what its price depends on. A field of an
// unexpected type counts as absent, which is the more expensive reading.
func requestIn(config json.RawMessage) *langsmith.CreateInsightsJobRequest {
	var fields map[string]json.RawMessage
	request := &langsmith.CreateInsightsJobRequest{}
	if json.Unmarshal(config, &fields) != nil {
		return request
	}
	for name, into := range map[string]any{
		"model": &request.Model, "sample": &request.Sample,
		"cluster_model": &request.ClusterModel, "summary_model": &request.SummaryModel,
	} {
		if raw, ok := fields[name]; ok {
			_ = json.Unmarshal(raw, into)
		}
	}
	return request
}

// longestConfigText is no bound of its own: longer texts do not fit anyway.
const longestConfigText = LargestBudget

// listed shows the config with its texts cut to the cutter's length.
func (v *configView) listed(cut *cutter) listedConfig {
	listed := listedConfig{
		ID:           cut.to(v.ID, longestName),
		Name:         cut.to(v.Name, langsmith.MaxConfigName),
		Description:  cut.to(v.Description, longestConfigText),
		Config:       mustMarshal(cut.settings(v.settings)),
		Prebuilt:     v.Prebuilt,
		ScheduleCron: cut.to(v.ScheduleCron, longestName),
	}
	if v.runs != nil {
		listed.Schedule, listed.RunsPerMonth = v.runs.when.String(), v.runs.most
		listed.CostUSDPerMonth = &v.runs.cost
	}
	return listed
}

// settings shortens every text of a config. What is large without a long text
// in it, such as a hundred attributes, gives way to a word on its size.
func (c *cutter) settings(settings map[string]any) map[string]any {
	shown := make(map[string]any, len(settings))
	for name, value := range settings {
		short := c.value(value)
		if size := len(mustMarshal(short)); size > sizePerChar*c.chars {
			c.did, short = true, fmt.Sprintf("… %d bytes left out", size)
		}
		shown[name] = short
	}
	return shown
}

// sizePerChar is how many bytes one setting may take for each character that a
// text may have: at the shortest cut a config of fifteen settings still fits.
const sizePerChar = 20

func (c *cutter) value(value any) any {
	switch value := value.(type) {
	case string:
		short, cut := markdown.Cut(value, c.chars)
		c.did = c.did || cut
		return short
	case []any:
		shown := make([]any, len(value))
		for i := range value {
			shown[i] = c.value(value[i])
		}
		return shown
	case map[string]any:
		shown := make(map[string]any, len(value))
		for name := range value {
			shown[name] = c.value(value[name])
		}
		return shown
	}
	return value
}

// write tells a config as a person reads it: what it is called is told by
// the caller.
func (v *configView) write(b *strings.Builder, listed *listedConfig) {
	if listed.Description != "" {
		fmt.Fprintf(b, "Description: %s\n", markdown.Quote(listed.Description, longestConfigText))
	}
	switch {
	case v.runs != nil:
		fmt.Fprintf(b, "Schedule: %s (`%s`); %s.\n", v.runs.when, markdown.Line(listed.ScheduleCron, longestName), v.runs.bill())
	case v.ScheduleCron != "":
		fmt.Fprintf(b, "Schedule: %s, which is not understood here: how often it runs, and what that costs, is not known.\n", markdown.Quote(listed.ScheduleCron, longestName))
	}
	if len(v.settings) > 0 {
		fmt.Fprintf(b, "%s\n", markdown.Block(readable(listed.Config)))
	}
}

// configID shows an id, which is LangSmith's word and need not be a UUID.
func configID(id string) string {
	if uuid.Validate(id) == nil {
		return id
	}
	return markdown.Quote(id, longestName)
}

// readable undoes the escapes that JSON needs only inside HTML.
func readable(raw json.RawMessage) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(raw))
}
