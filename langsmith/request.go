package langsmith

import (
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"
)

// CreateInsightsJobRequest is the body of POST /sessions/{session_id}/insights, with
// every field of the API. Each is optional. An absent field is not sent, so that the API
// applies its default. Numbers and times are sent as they were written. The input schema
// of create_insights_job is generated from the struct, so the descriptions are written
// for an agent.
type CreateInsightsJobRequest struct {
	ConfigID             Optional[uuid.UUID]                  `json:"config_id,omitzero" jsonschema_description:"Run this saved config."`
	StartTime            Optional[DateTime]                   `json:"start_time,omitzero" jsonschema_description:"e.g. 2026-01-31T00:00:00Z; not with last_n_hours."`
	EndTime              Optional[DateTime]                   `json:"end_time,omitzero" jsonschema_description:"Needs start_time."`
	LastNHours           Optional[int]                        `json:"last_n_hours,omitzero" jsonschema:"minimum=1" jsonschema_description:"Window; default: the last 7 days (or the config's)."`
	Hierarchy            Optional[[]int]                      `json:"hierarchy,omitzero" jsonschema_description:"Clusters per level, e.g. [5, 20]."`
	Partitions           Optional[map[string]string]          `json:"partitions,omitzero" jsonschema_extras:"maxProperties=10" jsonschema_description:"Fixed top categories: name to description."`
	Sample               Optional[jsonv1.Number]              `json:"sample,omitzero" jsonschema:"maximum=1000,exclusiveMinimum=0" jsonschema_description:"The most traces to analyse and pay for."`
	SummaryPrompt        Optional[string]                     `json:"summary_prompt,omitzero" jsonschema_description:"Mustache; names run.inputs, run.outputs, run.error, run.feedback or all_thread_messages."`
	Filter               Optional[string]                     `json:"filter,omitzero" jsonschema_description:"Which traces, e.g. eq(status, \"error\")."`
	Name                 Optional[string]                     `json:"name,omitzero" jsonschema_description:"The job's name."`
	AttributeSchemas     Optional[map[string]AttributeSchema] `json:"attribute_schemas,omitzero" jsonschema_description:"To extract per trace: name to {type: string|number|boolean, description, filter_by}; filter_by (boolean) keeps only true ones."`
	UserContext          Optional[map[string]string]          `json:"user_context,omitzero" jsonschema_description:"Questions with answers, e.g. {\"What would you like to learn about your agent?\": \"...\"}."`
	Model                *ModelProvider                       `json:"model,omitzero" jsonschema:"enum=openai,enum=anthropic,default=openai" jsonschema_description:"Replaces the config's."`
	ClusterModel         Optional[string]                     `json:"cluster_model,omitzero" jsonschema_description:"openai, anthropic or a model configuration's UUID; with summary_model, instead of model."`
	SummaryModel         Optional[string]                     `json:"summary_model,omitzero" jsonschema_description:"As cluster_model, which it needs."`
	IsScheduled          *bool                                `json:"is_scheduled,omitzero" jsonschema:"default=false" jsonschema_description:"Mark the job as started by a schedule."`
	ValidateModelSecrets *bool                                `json:"validate_model_secrets,omitzero" jsonschema:"default=true" jsonschema_description:"Check first that the model's key is set."`
}

// ModelProvider is the provider of the models that an Insights job uses.
type ModelProvider string

// AttributeSchema declares one attribute to extract: an object with a type, a
// description and an optional filter_by. It is sent as it was written.
type AttributeSchema struct{ raw jsontext.Value }

// MarshalJSONTo implements json.MarshalerTo.
func (a AttributeSchema) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if a.raw == nil {
		return encoder.WriteValue(jsontext.Value("{}"))
	}
	return encoder.WriteValue(a.raw)
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (a *AttributeSchema) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	raw, err := decoder.ReadValue()
	a.raw = raw.Clone()
	return err
}
