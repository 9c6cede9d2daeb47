// Package configs shows saved Insights configs, and what a schedule means and costs.
package configs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/tool"
)

// Config is what every result says of a config.
type Config struct {
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	Description     string         `json:"description,omitempty"`
	Config          map[string]any `json:"config"`
	Prebuilt        bool           `json:"prebuilt"`
	ScheduleCron    string         `json:"schedule_cron,omitempty"`
	Schedule        string         `json:"schedule,omitempty"`
	RunsPerMonth    int            `json:"runs_per_month,omitempty"`
	CostUSDPerMonth *cost.Range    `json:"cost_usd_per_month,omitempty"`
}

// View is a config and what running it by its schedule means.
type View struct {
	langsmith.Config
	settings map[string]any // without what is null
	runs     *ScheduledRuns // nil without a schedule, and for one that is not understood
}

func NewView(config langsmith.Config, now time.Time) View {
	view := View{Config: config, settings: map[string]any{}}
	decoder := json.NewDecoder(bytes.NewReader(config.Config))
	decoder.UseNumber() // a number stays as LangSmith wrote it
	if decoder.Decode(&view.settings) != nil || view.settings == nil {
		view.settings = map[string]any{}
	}
	DropNulls(view.settings)
	if when, err := schedule.Parse(config.ScheduleCron); err == nil {
		view.runs = NewScheduledRuns(when, RequestIn(config.Config), now)
	}
	return view
}

func DropNulls(object map[string]any) {
	for name, value := range object {
		switch value := value.(type) {
		case nil:
			delete(object, name)
		case map[string]any:
			DropNulls(value)
		}
	}
}

// RequestIn reads from a saved config what its price depends on. A field of an
// unexpected type counts as absent, which is the more expensive reading.
func RequestIn(config json.RawMessage) *langsmith.CreateInsightsJobRequest {
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

// MaxText is no bound of its own: longer texts do not fit anyway.
const MaxText = tool.LargestBudget

// Listed shows the config with its texts cut to the cutter's length.
func (v *View) Listed(cut *markdown.Shortener) Config {
	listed := Config{
		ID:           cut.Text(v.ID, markdown.MaxName),
		Name:         cut.Text(v.Name, langsmith.MaxConfigName),
		Description:  cut.Text(v.Description, MaxText),
		Config:       CutSettings(cut, v.settings),
		Prebuilt:     v.Prebuilt,
		ScheduleCron: cut.Text(v.ScheduleCron, markdown.MaxName),
	}
	if v.runs != nil {
		listed.Schedule, listed.RunsPerMonth = v.runs.when.String(), v.runs.most
		listed.CostUSDPerMonth = &v.runs.cost
	}
	return listed
}

// settings shortens every text of a config. What is large without a long text
// in it, such as a hundred attributes, gives way to a word on its size.
func CutSettings(c *markdown.Shortener, settings map[string]any) map[string]any {
	shown := make(map[string]any, len(settings))
	for name, value := range settings {
		short := CutValue(c, value)
		if data, err := json.Marshal(short); err != nil || len(data) > sizePerChar*c.Max {
			c.Shortened, short = true, fmt.Sprintf("… %d bytes left out", len(data))
		}
		shown[name] = short
	}
	return shown
}

// sizePerChar is how many bytes one setting may take for each character that a
// text may have: at the shortest cut a config of fifteen settings still fits.
const sizePerChar = 20

func CutValue(c *markdown.Shortener, value any) any {
	switch value := value.(type) {
	case string:
		short, cut := markdown.Cut(value, c.Max)
		c.Shortened = c.Shortened || cut
		return short
	case []any:
		shown := make([]any, len(value))
		for i := range value {
			shown[i] = CutValue(c, value[i])
		}
		return shown
	case map[string]any:
		shown := make(map[string]any, len(value))
		for name := range value {
			shown[name] = CutValue(c, value[name])
		}
		return shown
	}
	return value
}

// Write tells a config as a person reads it: what it is called is told by
// the caller.
func (v *View) Write(b *strings.Builder, listed *Config) {
	if listed.Description != "" {
		fmt.Fprintf(b, "Description: %s\n", markdown.Quote(listed.Description, MaxText))
	}
	switch {
	case v.runs != nil:
		fmt.Fprintf(b, "Schedule: %s (`%s`); %s.\n", v.runs.when, markdown.Line(listed.ScheduleCron, markdown.MaxName), v.runs.bill())
	case v.ScheduleCron != "":
		fmt.Fprintf(b, "Schedule: %s, which is not understood here: how often it runs, and what that costs, is not known.\n", markdown.Quote(listed.ScheduleCron, markdown.MaxName))
	}
	if len(v.settings) > 0 {
		fmt.Fprintf(b, "%s\n", markdown.Block(JSON(listed.Config)))
	}
}

// ConfigID shows an id, which is LangSmith's word and need not be a UUID.
func ConfigID(id string) string {
	if uuid.Validate(id) == nil {
		return id
	}
	return markdown.Quote(id, markdown.MaxName)
}

// JSON writes settings, which came as JSON, as JSON for people: without the escapes
// that only HTML needs.
func JSON(settings any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(settings); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}
