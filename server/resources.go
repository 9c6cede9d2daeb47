package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools"
	"langsmith-insights-mcp/tools/markdown"
)

// resource is a kind of thing with an address: what a reading tool says of it,
// for a host to list, complete and attach. The address's variables are the
// tool's arguments.
type resource struct {
	template  mcp.ResourceTemplate
	tool      string
	arguments map[string]any // besides those in the address
}

const (
	jobURI     = "insights://projects/{session_id}/jobs/{job_id}"
	clusterURI = jobURI + "/clusters/{cluster_id}"
	runURI     = "insights://runs/{run_id}"
)

var everyone = []mcp.Role{mcp.RoleUser, mcp.RoleAssistant}

// resources are those of the tools that are offered: what an operator hides as a
// tool is not to be read by another way.
func (b *Backend) resources() []resource {
	all := []resource{
		{
			template: mcp.NewResourceTemplate(jobURI, "insights-report",
				mcp.WithTemplateTitle("Insights report"),
				mcp.WithTemplateDescription("The report of an Insights job: key points, categories and traces worth opening, as Markdown and as JSON."),
				mcp.WithTemplateAnnotations(everyone, 0.8, "")),
			tool:      "get_insights_job",
			arguments: map[string]any{"detail": "detailed"},
		},
		{
			template: mcp.NewResourceTemplate(clusterURI, "insights-category",
				mcp.WithTemplateTitle("Category of an Insights report"),
				mcp.WithTemplateDescription("One category of a report with those below it, as Markdown and as JSON."),
				mcp.WithTemplateAnnotations(everyone, 0.6, "")),
			tool:      "get_insights_job",
			arguments: map[string]any{"detail": "detailed"},
		},
		{
			template: mcp.NewResourceTemplate(runURI, "run",
				mcp.WithTemplateTitle("Run of a trace"),
				mcp.WithTemplateDescription("One run with its inputs and outputs, as Markdown and as JSON."),
				mcp.WithTemplateAnnotations(everyone, 0.4, "")),
			tool: "get_run",
		},
	}
	return slices.DeleteFunc(all, func(r resource) bool { return !slices.Contains(b.toolNames(), r.tool) })
}

func (b *Backend) toolNames() []string {
	return toolNames(b.tools)
}

// addResources serves the resources. mcp-go answers "not found", with the code
// that the request's era has for it, only where nothing serves an address; a
// handler's error is an internal one. So an address is read before mcp-go looks
// for its handler, which then has the contents ready, and one under which there
// is nothing becomes an address that nothing serves.
func (b *Backend) addResources(s *mcpserver.MCPServer, hooks *mcpserver.Hooks) {
	served := b.resources()
	for _, resource := range served {
		s.AddResourceTemplate(resource.template, handOut)
	}
	hooks.AddBeforeReadResource(func(ctx context.Context, _ any, request *mcp.ReadResourceRequest) {
		for _, resource := range served {
			if match := resource.template.URITemplate.Match(request.Params.URI); match != nil {
				arguments := map[string]string{}
				for name, value := range match {
					arguments[name] = value.String()
				}
				b.read(ctx, resource, arguments, request)
				return
			}
		}
	})
}

// readingKey is where a request carries what was read for it; nothing that comes
// over the wire can be a reading.
const readingKey = "langsmith-insights/reading"

type reading struct {
	contents []mcp.ResourceContents
	err      error
}

func handOut(_ context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	if request.Params.Meta != nil {
		if done, ok := request.Params.Meta.AdditionalFields[readingKey].(*reading); ok {
			return done.contents, done.err
		}
	}
	return nil, errors.New("the resource was not read")
}

// longestReason bounds why there is nothing at an address, in characters.
const longestReason = 300

func (b *Backend) read(ctx context.Context, resource resource, address map[string]string, request *mcp.ReadResourceRequest) {
	reply, err := b.readThrough(ctx, resource, address)
	if err == nil && reply.NotFound {
		request.Params.URI += " (" + markdown.Line(reply.Text, longestReason) + ")"
		return
	}
	done := &reading{err: err}
	switch uri := request.Params.URI; {
	case err != nil:
	case reply.IsError:
		done.err = errors.New(reply.Text)
	default:
		done.contents = []mcp.ResourceContents{
			mcp.TextResourceContents{URI: uri, MIMEType: "text/markdown", Text: reply.Text},
			mcp.TextResourceContents{URI: uri, MIMEType: "application/json", Text: string(reply.Structured)},
		}
	}
	request.Params.Meta = &mcp.Meta{AdditionalFields: map[string]any{readingKey: done}}
}

// readThrough calls the tool that knows what is at an address.
func (b *Backend) readThrough(ctx context.Context, resource resource, address map[string]string) (tools.Reply, error) {
	arguments := map[string]any{}
	for name, value := range resource.arguments {
		arguments[name] = value
	}
	for name, value := range address {
		id, err := uuid.Parse(value)
		if err != nil {
			return tools.Reply{IsError: true, NotFound: true, Text: name + " is a UUID"}, nil
		}
		arguments[name] = id
	}
	data, err := json.Marshal(arguments)
	if err != nil {
		return tools.Reply{}, fmt.Errorf("encode the arguments: %w", err)
	}
	for _, tool := range b.tools {
		if tool.Name == resource.tool {
			return tool.Call(ctx, b.env(ctx), data)
		}
	}
	return tools.Reply{}, fmt.Errorf("there is no tool %s", resource.tool)
}
