// Package configs shows saved Insights configs, and what their schedules mean and
// cost.
package configs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/schedule"
	"langsmith-insights-mcp/tools/wording"
)

// Config is a config in a result.
type Config struct {
	ID              string         `json:"id,omitempty"`
	Name            string         `json:"name"`
	Description     string         `json:"description,omitempty"`
	Config          map[string]any `json:"config,omitzero"`
	Prebuilt        bool           `json:"prebuilt"`
	ScheduleCron    string         `json:"schedule_cron,omitempty"`
	Schedule        string         `json:"schedule,omitempty"`
	RunsPerMonth    int            `json:"runs_per_month,omitempty"`
	CostUSDPerMonth *cost.Range    `json:"cost_usd_per_month,omitempty"`
}

// View is a saved config, with the runs that its schedule starts.
type View struct {
	config   langsmith.Config
	settings map[string]any // without nulls
	runs     *scheduledRuns // nil if there is no schedule, or one that cannot be parsed
}

// NewView returns a view of a config.
func NewView(config langsmith.Config) View {
	view := View{config: config, settings: map[string]any{}}
	decoder := json.NewDecoder(bytes.NewReader(config.Config))
	decoder.UseNumber() // so that numbers stay as LangSmith wrote them
	if decoder.Decode(&view.settings) != nil || view.settings == nil {
		view.settings = map[string]any{}
	}
	DropNulls(view.settings)
	if when, err := schedule.Parse(config.ScheduleCron); err == nil {
		view.runs = newScheduledRuns(when, ReadRequest(config.Config), time.Now())
	}
	return view
}

// ReadRequest reads the settings of a saved config that decide what its jobs read and
// cost, and its summary prompt. A setting of an unexpected type is treated as absent, which
// gives a higher cost.
func ReadRequest(settings json.RawMessage) *langsmith.CreateInsightsJobRequest {
	request := &langsmith.CreateInsightsJobRequest{}
	var fields map[string]json.RawMessage
	if json.Unmarshal(settings, &fields) != nil {
		return request
	}
	for name, into := range map[string]any{
		"model": &request.Model, "sample": &request.Sample,
		"cluster_model": &request.ClusterModel, "summary_model": &request.SummaryModel,
		"last_n_hours": &request.LastNHours, "start_time": &request.StartTime, "end_time": &request.EndTime,
		"filter": &request.Filter, "summary_prompt": &request.SummaryPrompt,
	} {
		if raw, ok := fields[name]; ok {
			_ = json.Unmarshal(raw, into)
		}
	}
	return request
}

// Show returns the config with its texts shortened.
func (v *View) Show(cut *markdown.Shortener) Config {
	shown := Config{
		ID:           cut.Text(v.config.ID, markdown.MaxName),
		Name:         cut.Text(v.config.Name, langsmith.MaxConfigName),
		Description:  cut.Text(v.config.Description, cut.Max),
		Config:       ShortenSettings(cut, v.settings),
		Prebuilt:     v.config.Prebuilt,
		ScheduleCron: cut.Text(v.config.ScheduleCron, markdown.MaxName),
	}
	if v.runs != nil {
		shown.Schedule, shown.RunsPerMonth = v.runs.when.String(), v.runs.most
		shown.CostUSDPerMonth = &v.runs.cost
	}
	return shown
}

// Write writes a shown config without its name and id.
func (v *View) Write(b *strings.Builder, shown *Config) {
	if shown.Description != "" {
		fmt.Fprintf(b, "Description: %s\n", markdown.Quote(shown.Description, len(shown.Description)))
	}
	v.writeSchedule(b, shown)
	if len(v.settings) > 0 {
		fmt.Fprintf(b, "%s\n", markdown.Block(JSON(shown.Config)))
	}
}

// writeSchedule writes the schedule and its cost.
func (v *View) writeSchedule(b *strings.Builder, shown *Config) {
	switch {
	case v.runs != nil:
		fmt.Fprintf(b, "Schedule: %s (`%s`); %s.\n", v.runs.when, markdown.Line(shown.ScheduleCron, markdown.MaxName), v.runs.describe())
		if note := v.runs.describeWindow(); note != "" {
			fmt.Fprintf(b, "%s\n", note)
		}
	case shown.ScheduleCron != "":
		fmt.Fprintf(b, "Schedule: %s, which this server does not understand: its runs and cost are unknown.\n", markdown.Quote(shown.ScheduleCron, markdown.MaxName))
	}
}

// QuoteID returns a config's id for a text. LangSmith chooses it, and it need not be a
// UUID.
func QuoteID(id string) string {
	if uuid.Validate(id) == nil {
		return id
	}
	return markdown.Quote(id, markdown.MaxName)
}

// DropNulls deletes null settings, at any depth of objects.
func DropNulls(settings map[string]any) {
	for name, value := range settings {
		switch value := value.(type) {
		case nil:
			delete(settings, name)
		case map[string]any:
			DropNulls(value)
		}
	}
}

// bytesPerChar is the maximum size of one setting, in bytes per character of the longest
// text. With the shortest texts a config of fifteen settings fits.
const bytesPerChar = 20

// ShortenSettings shortens every text of settings. It replaces a setting that is too large
// without a long text, such as a hundred attributes, by a note of its size.
func ShortenSettings(cut *markdown.Shortener, settings map[string]any) map[string]any {
	shown := make(map[string]any, len(settings))
	for name, value := range settings {
		short := shortenValue(cut, value)
		if data, err := json.Marshal(short); err != nil || len(data) > bytesPerChar*cut.Max {
			cut.Shortened, short = true, fmt.Sprintf("… %d bytes left out", len(data))
		}
		shown[markdown.Clean(name)] = short
	}
	return shown
}

func shortenValue(cut *markdown.Shortener, value any) any {
	switch value := value.(type) {
	case string:
		return ShortenText(cut, value)
	case []any:
		shown := make([]any, len(value))
		for i := range value {
			shown[i] = shortenValue(cut, value[i])
		}
		return shown
	case map[string]any:
		shown := make(map[string]any, len(value))
		for name := range value {
			shown[markdown.Clean(name)] = shortenValue(cut, value[name])
		}
		return shown
	}
	return value
}

// ShortenText shortens a setting's text, keeping its line breaks, because it may be sent
// again.
func ShortenText(cut *markdown.Shortener, text string) string {
	short, shortened := markdown.Cut(markdown.Clean(text), cut.Max)
	cut.Shortened = cut.Shortened || shortened
	return short
}

// JSON returns settings for people, without the escapes that only HTML needs.
func JSON(settings map[string]any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(settings); err != nil {
		return err.Error() // what was decoded from JSON can be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}

const (
	maxDropped      = 15  // the maximum number of dropped settings that are named
	maxDroppedValue = 100 // of a dropped setting, in characters
)

// DescribeDropped names the settings of a saved config that new settings do not have: a
// change replaces all of them. It returns an empty text if there are none.
func DescribeDropped(saved json.RawMessage, settings *langsmith.CreateInsightsJobRequest) string {
	var before, after map[string]any
	encoded, err := json.Marshal(settings)
	if err != nil || json.Unmarshal(encoded, &after) != nil || json.Unmarshal(saved, &before) != nil {
		return ""
	}
	if _, given := after["model"]; !given && before["model"] == defaultModel {
		delete(before, "model") // LangSmith adds it again
	}
	DropNulls(before)
	var dropped []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, given := after[name]; !given {
			dropped = append(dropped, markdown.Line(name, markdown.MaxName)+" "+describeSetting(before[name]))
		}
	}
	if len(dropped) == 0 {
		return ""
	}
	if more := len(dropped) - maxDropped; more > 0 {
		dropped = append(dropped[:maxDropped], "and "+wording.Thousands(more)+" more")
	}
	return "config replaces all settings; dropped: " + strings.Join(dropped, ", ") + ". Repeat those to keep them."
}

func describeSetting(value any) string {
	text, isText := value.(string)
	if !isText {
		encoded, _ := json.Marshal(value) // what was decoded from JSON can be encoded
		text = string(encoded)
	}
	if _, isNumber := value.(float64); isNumber {
		return text
	}
	return markdown.Quote(text, maxDroppedValue)
}
