package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"

	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// resource is a kind of resource that a reading tool returns. The variables of its URI
// are arguments of the tool.
type resource struct {
	template  mcp.ResourceTemplate
	tool      string
	arguments map[string]any // besides those in the URI
}

const (
	jobURI     = tool.ReportResource
	clusterURI = jobURI + "/clusters/{cluster_id}"
	runURI     = "insights://runs/{run_id}"
)

var everyone = []mcp.Role{mcp.RoleUser, mcp.RoleAssistant}

// resources returns the resources whose tool is served, so that hidden tools have no
// resources.
func (b *Backend) resources() []resource {
	all := []resource{
		{
			template: mcp.NewResourceTemplate(jobURI, "insights-report",
				mcp.WithTemplateTitle("Insights report"),
				mcp.WithTemplateDescription("The report of an Insights job in short, as Markdown: key points, categories and traces worth opening."),
				mcp.WithTemplateAnnotations(everyone, 0.8, "")),
			tool: "get_insights_job",
		},
		{
			template: mcp.NewResourceTemplate(clusterURI, "insights-category",
				mcp.WithTemplateTitle("Category of an Insights report"),
				mcp.WithTemplateDescription("One category of a report with those below it and their descriptions, as Markdown."),
				mcp.WithTemplateAnnotations(everyone, 0.6, "")),
			tool:      "get_insights_job",
			arguments: map[string]any{"detail": "detailed"},
		},
		{
			template: mcp.NewResourceTemplate(runURI, "run",
				mcp.WithTemplateTitle("Run of a trace"),
				mcp.WithTemplateDescription("One run with its inputs and outputs, as Markdown."),
				mcp.WithTemplateAnnotations(everyone, 0.4, "")),
			tool: "get_run",
		},
	}
	return slices.DeleteFunc(all, func(r resource) bool {
		_, served := b.tool(r.tool)
		return !served
	})
}

// tool returns a served tool by its name.
func (b *Backend) tool(name string) (tool.Tool, bool) {
	i := slices.IndexFunc(b.tools, func(t tool.Tool) bool { return t.Name == name })
	if i < 0 {
		return tool.Tool{}, false
	}
	return b.tools[i], true
}

// addResources adds the resource templates. mcp-go returns the protocol's "not found"
// error only if no template matches; an error of a handler becomes an internal error.
// So a hook reads the resource first. If there is nothing, the hook changes the URI to
// one that no template matches. Otherwise the handler returns what the hook has read.
func (b *Backend) addResources(s *mcpserver.MCPServer, hooks *mcpserver.Hooks) {
	resources := b.resources()
	for _, resource := range resources {
		s.AddResourceTemplate(resource.template, returnRead)
	}
	hooks.AddBeforeReadResource(func(ctx context.Context, _ any, request *mcp.ReadResourceRequest) {
		for _, resource := range resources {
			if match := resource.template.URITemplate.Match(request.Params.URI); match != nil {
				variables := map[string]string{}
				for name, value := range match {
					variables[name] = value.String()
				}
				b.readResource(ctx, resource, variables, request)
				return
			}
		}
	})
}

// readResultKey is the field of a request's _meta with what the hook has read. Nothing
// that a client sends there is a *readResult.
const readResultKey = "langsmith-insights/read"

// readResult is the outcome of reading a resource.
type readResult struct {
	contents []mcp.ResourceContents
	err      error
}

// returnRead is the handler of every template.
func returnRead(_ context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	if request.Params.Meta != nil {
		if read, ok := request.Params.Meta.AdditionalFields[readResultKey].(*readResult); ok {
			return read.contents, read.err
		}
	}
	return nil, errors.New("the resource was not read")
}

// maxNotFoundReason bounds the reason for "not found", in characters.
const maxNotFoundReason = 300

// readResource reads a resource and puts the result into the request.
func (b *Backend) readResource(ctx context.Context, resource resource, variables map[string]string, request *mcp.ReadResourceRequest) {
	uri := request.Params.URI
	reply, err := b.callForResource(ctx, resource, variables)
	if err == nil && reply.NotFound {
		request.Params.URI += " (" + markdown.Line(reply.Text, maxNotFoundReason) + ")"
		return
	}
	if err == nil && reply.IsError {
		err = errors.New(reply.Text)
	}
	read := &readResult{err: err}
	if err == nil {
		read.contents = []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: "text/markdown", Text: reply.Text}}
	}
	request.Params.Meta = &mcp.Meta{AdditionalFields: map[string]any{readResultKey: read}}
}

// otherNames describes what the tool accepts instead of an id and a resource URI does
// not.
var otherNames = map[string]string{
	"job_id":     "; get_insights_job also accepts latest",
	"cluster_id": "; get_insights_job also accepts a name or the first characters of an id",
}

// callForResource calls the resource's tool.
func (b *Backend) callForResource(ctx context.Context, resource resource, variables map[string]string) (tool.Reply, error) {
	arguments := map[string]any{}
	maps.Copy(arguments, resource.arguments)
	for name, value := range variables {
		id, err := uuid.Parse(value)
		if err != nil {
			text := fmt.Sprintf("%s must be a whole UUID here, not %s%s", name, wording.Echo(value), otherNames[name])
			return tool.Reply{IsError: true, NotFound: true, Text: text}, nil
		}
		arguments[name] = id
	}
	data, err := json.Marshal(arguments)
	if err != nil {
		return tool.Reply{}, fmt.Errorf("encode the arguments: %w", err)
	}
	t, ok := b.tool(resource.tool)
	if !ok {
		return tool.Reply{}, fmt.Errorf("there is no tool %s", resource.tool)
	}
	return t.Call(ctx, b.env(ctx), data)
}
