// Package insights has what the minimal servers forward: the request that starts an
// Insights job, and the client that sends it.
package insights

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Args are the arguments of the tool: the project and the 17 fields of the request.
type Args struct {
	SessionID string `json:"session_id" jsonschema:"The project's UUID."`
	Request
}

// Request is the body of POST /sessions/{session_id}/insights. An absent field is not sent.
type Request struct {
	ConfigID             *string                    `json:"config_id,omitempty" jsonschema:"Run this saved config."`
	StartTime            *string                    `json:"start_time,omitempty" jsonschema:"e.g. 2026-01-31T00:00:00Z; not with last_n_hours."`
	EndTime              *string                    `json:"end_time,omitempty" jsonschema:"Needs start_time."`
	LastNHours           *int                       `json:"last_n_hours,omitempty" jsonschema:"Window; without any, the last 7 days."`
	Hierarchy            []int                      `json:"hierarchy,omitempty" jsonschema:"Clusters per level."`
	Partitions           map[string]string          `json:"partitions,omitempty" jsonschema:"Fixed top categories: name to description."`
	Sample               *float64                   `json:"sample,omitempty" jsonschema:"The most traces to analyse."`
	SummaryPrompt        *string                    `json:"summary_prompt,omitempty" jsonschema:"Mustache."`
	Filter               *string                    `json:"filter,omitempty" jsonschema:"Which runs."`
	Name                 *string                    `json:"name,omitempty" jsonschema:"The job's name."`
	AttributeSchemas     map[string]AttributeSchema `json:"attribute_schemas,omitempty" jsonschema:"To extract per trace."`
	UserContext          map[string]string          `json:"user_context,omitempty" jsonschema:"Question to answer."`
	Model                *string                    `json:"model,omitempty" jsonschema:"openai or anthropic."`
	ClusterModel         *string                    `json:"cluster_model,omitempty" jsonschema:"With summary_model, instead of model."`
	SummaryModel         *string                    `json:"summary_model,omitempty" jsonschema:"With cluster_model, instead of model."`
	IsScheduled          *bool                      `json:"is_scheduled,omitempty" jsonschema:"Whether a schedule started it."`
	ValidateModelSecrets *bool                      `json:"validate_model_secrets,omitempty" jsonschema:"Whether missing model keys are refused."`
}

// AttributeSchema declares one attribute to extract.
type AttributeSchema struct {
	Type        string `json:"type" jsonschema:"string, number or boolean."`
	Description string `json:"description" jsonschema:"What it says of a trace."`
	FilterBy    bool   `json:"filter_by,omitempty" jsonschema:"Keep only traces where it is true."`
}

// Job is the result of the tool.
type Job struct {
	ID     string `json:"id" jsonschema:"The job's UUID."`
	Name   string `json:"name" jsonschema:"The job's name."`
	Status string `json:"status" jsonschema:"queued at first."`
	Error  string `json:"error,omitempty" jsonschema:"Why it failed."`
}

// Counts are the numbers of requests to the upstream.
type Counts struct {
	Posts  int64 `json:"posts"`  // POST requests of jobs
	Lists  int64 `json:"lists"`  // requests for a project's jobs
	Others int64 `json:"others"` // other requests, which get a 404
}

// maxIdle is the number of idle connections to keep: the largest number of callers.
const maxIdle = 512

// Client sends requests over kept connections.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client of LangSmith at a base URL.
func NewClient(base string) *Client {
	return &Client{base: base, http: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: 90 * time.Second},
	}}
}

// Create starts a job.
func (c *Client) Create(ctx context.Context, args Args) (Job, error) {
	body, err := json.Marshal(args.Request)
	if err != nil {
		return Job{}, err
	}
	at := c.base + "/api/v1/sessions/" + url.PathEscape(args.SessionID) + "/insights"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return Job{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Api-Key", "lsv2_pt_speed")
	response, err := c.http.Do(request)
	if err != nil {
		return Job{}, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return Job{}, err
	}
	if response.StatusCode != http.StatusOK {
		return Job{}, fmt.Errorf("upstream answered %s: %s", response.Status, answer)
	}
	var job Job
	if err := json.Unmarshal(answer, &job); err != nil {
		return Job{}, err
	}
	return job, nil
}
