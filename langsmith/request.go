package langsmith

import (
	"encoding/json"

	"github.com/google/uuid"
)

// CreateInsightsJobRequest is the body of POST /sessions/{session_id}/insights:
// every field that the API takes. Each is optional; one that is absent is not
// on the wire, and its default is the API's to apply. Its JSON Schema is that
// of the tool create_insights_job, so the tags' descriptions speak to an agent.
type CreateInsightsJobRequest struct {
	ConfigID             Optional[uuid.UUID]                  `json:"config_id,omitzero" jsonschema_description:"Run this saved config; see list_insights_configs."`
	StartTime            Optional[DateTime]                   `json:"start_time,omitzero" jsonschema_description:"Window start with zone, e.g. 2026-01-31T00:00:00Z. Not with last_n_hours."`
	EndTime              Optional[DateTime]                   `json:"end_time,omitzero" jsonschema_description:"Window end; needs start_time."`
	LastNHours           Optional[int]                        `json:"last_n_hours,omitzero" jsonschema:"minimum=1" jsonschema_description:"Window: the last n hours. Without any window: the last 7 days."`
	Hierarchy            Optional[[]int]                      `json:"hierarchy,omitzero" jsonschema_description:"Clusters per level, e.g. [5, 20]."`
	Partitions           Optional[map[string]string]          `json:"partitions,omitzero" jsonschema_description:"Top-level categories fixed in advance: name to description, at most 10."`
	Sample               Optional[json.Number]                `json:"sample,omitzero" jsonschema:"maximum=1000,exclusiveMinimum=0" jsonschema_description:"The most traces to analyse, and to pay for."`
	SummaryPrompt        Optional[string]                     `json:"summary_prompt,omitzero" jsonschema_description:"Mustache prompt naming run.inputs, run.outputs, run.error, run.feedback or all_thread_messages."`
	Filter               Optional[string]                     `json:"filter,omitzero" jsonschema_description:"LangSmith filter, e.g. eq(status, \"error\")."`
	Name                 Optional[string]                     `json:"name,omitzero" jsonschema_description:"The job's name."`
	AttributeSchemas     Optional[map[string]AttributeSchema] `json:"attribute_schemas,omitzero" jsonschema_description:"Attributes to extract per trace: name to {type: string|number|boolean, description, filter_by}. filter_by (boolean only) drops traces where it is not true."`
	UserContext          Optional[map[string]string]          `json:"user_context,omitzero" jsonschema_description:"Question to answer, e.g. {\"What would you like to learn about your agent?\": \"why users give up\"}."`
	Model                *ModelProvider                       `json:"model,omitempty" jsonschema:"enum=openai,enum=anthropic" jsonschema_description:"Model provider, paid by the workspace's own key. API default: openai."`
	ClusterModel         Optional[string]                     `json:"cluster_model,omitzero" jsonschema_description:"openai, anthropic or a model configuration's UUID; only with summary_model, overrides model."`
	SummaryModel         Optional[string]                     `json:"summary_model,omitzero" jsonschema_description:"As cluster_model."`
	IsScheduled          *bool                                `json:"is_scheduled,omitempty"`
	ValidateModelSecrets *bool                                `json:"validate_model_secrets,omitempty"`
}

// ModelProvider is whose models an Insights job uses.
type ModelProvider string

// AttributeSchema is the declaration of one attribute to extract, an object
// with a type, a description and perhaps filter_by, kept as it was given.
type AttributeSchema struct{ raw json.RawMessage }

// MarshalJSON implements json.Marshaler.
func (a AttributeSchema) MarshalJSON() ([]byte, error) {
	if a.raw == nil {
		return []byte("{}"), nil
	}
	return a.raw, nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *AttributeSchema) UnmarshalJSON(data []byte) error {
	a.raw = append(a.raw[:0:0], data...)
	return nil
}
