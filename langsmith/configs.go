package langsmith

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/google/uuid"
)

// Config is a saved or prebuilt configuration of Insights jobs.
type Config struct {
	ID           string          `json:"id"` // not always a UUID for a prebuilt config
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Config       json.RawMessage `json:"config"` // as the API returns it: every key, null where unset
	Prebuilt     bool            `json:"prebuilt"`
	ScheduleCron string          `json:"schedule_cron"` // UTC; empty for none
}

func (c *Config) isValid() bool { return c.ID != "" }

// CreateConfigRequest saves a config.
type CreateConfigRequest struct {
	Name         string                    `json:"name"`
	Description  Optional[string]          `json:"description,omitzero"`
	Config       *CreateInsightsJobRequest `json:"config"`
	ScheduleCron Optional[string]          `json:"schedule_cron,omitzero"`
}

// UpdateConfigRequest changes the fields that it has. An explicit null clears a field.
type UpdateConfigRequest struct {
	Name         Optional[string]                   `json:"name,omitzero"`
	Description  Optional[string]                   `json:"description,omitzero"`
	Config       Optional[CreateInsightsJobRequest] `json:"config,omitzero"`
	ScheduleCron Optional[string]                   `json:"schedule_cron,omitzero"`
}

// GenerateConfigRequest asks a model to write a config; this spends tokens.
type GenerateConfigRequest struct {
	UserContext  map[string]string `json:"user_context" jsonschema_description:"What to find out: questions with answers."`
	Model        *ModelProvider    `json:"model,omitzero" jsonschema:"enum=openai,enum=anthropic,default=openai" jsonschema_description:"Uses the workspace's own key."`
	ClusterModel Optional[string]  `json:"cluster_model,omitzero" jsonschema_description:"As in create_insights_job."`
	SummaryModel Optional[string]  `json:"summary_model,omitzero" jsonschema_description:"As in create_insights_job."`
}

// Check validates the request against the rules that the API documents. A field of the
// config is reported as config.NAME, such as config.sample.
func (r *CreateConfigRequest) Check() error {
	return errors.Join(checkConfigName(r.Name), checkNested("config", r.Config))
}

// Check validates the fields that the request has against the rules that the API
// documents.
func (r *UpdateConfigRequest) Check() error {
	var problems []error
	if name, ok := r.Name.Get(); ok {
		problems = append(problems, checkConfigName(name))
	}
	if config, ok := r.Config.Get(); ok {
		problems = append(problems, checkNested("config", &config))
	}
	return errors.Join(problems...)
}

// Check validates the request against the rules that the API documents.
func (r *GenerateConfigRequest) Check() error {
	return errors.Join(checkProvider(r.Model), checkModelPair(r.ClusterModel, r.SummaryModel))
}

// GeneratedConfig is a config that a model wrote. It is not saved.
type GeneratedConfig struct {
	SummaryPrompt    string  `json:"summary_prompt"`
	Name             string  `json:"name"`
	AttributeSchemas Members `json:"attribute_schemas"`
}

func (g *GeneratedConfig) isValid() bool {
	return g.SummaryPrompt != "" || g.Name != "" || len(g.AttributeSchemas) > 0
}

func configsPath(project uuid.UUID) string { return insightsPath(project) + "/configs" }

type configsBody struct {
	Configs list[Config] `json:"configs"`
}

func (b *configsBody) isValid() bool { return b.Configs.present }

// ListConfigs lists a project's configs. The API does not paginate them.
func (c *Client) ListConfigs(ctx context.Context, project uuid.UUID, includePrebuilts bool) ([]Config, error) {
	var query url.Values
	if includePrebuilts {
		query = url.Values{"include_prebuilts": {"true"}}
	}
	body, err := get[configsBody](ctx, c, configsPath(project), query)
	if err != nil {
		return nil, err
	}
	return body.Configs.items, nil
}

// CreateConfig saves a config. It is not retried after an ambiguous failure, since the
// API would save two configs.
func (c *Client) CreateConfig(ctx context.Context, project uuid.UUID, request *CreateConfigRequest) (*Config, error) {
	return send[Config](ctx, c, operation{
		method: http.MethodPost, path: configsPath(project), body: request,
	})
}

// UpdateConfig changes a saved config.
func (c *Client) UpdateConfig(ctx context.Context, project, config uuid.UUID, request *UpdateConfigRequest) (*Config, error) {
	return send[Config](ctx, c, operation{
		method: http.MethodPatch, path: configsPath(project) + "/" + config.String(), body: request, repeatable: true,
	})
}

// DeleteConfig deletes a saved config and its schedule.
func (c *Client) DeleteConfig(ctx context.Context, project, config uuid.UUID) (*Deleted, error) {
	return remove(ctx, c, configsPath(project)+"/"+config.String())
}

// GenerateConfig asks a model to write a config for a project. It spends model tokens,
// so it is retried only if the first request had no effect.
func (c *Client) GenerateConfig(ctx context.Context, project uuid.UUID, request *GenerateConfigRequest) (*GeneratedConfig, error) {
	return send[GeneratedConfig](ctx, c, operation{
		method: http.MethodPost, path: configsPath(project) + "/generate", body: request,
	})
}
