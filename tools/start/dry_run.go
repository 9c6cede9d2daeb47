package start

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/jobs"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/paid"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

// dryRun is what a paid call would do.
type dryRun struct {
	WouldSend    *json.RawMessage `json:"would_send,omitempty" jsonschema:"type=object"`
	ModelSecrets *[]string        `json:"model_secrets,omitempty"`
	TracesAtMost int              `json:"traces_at_most,omitempty"`
	CostUSD      *cost.Range      `json:"cost_usd,omitempty"`

	bodySize    int
	unconfirmed bool // it takes the place of a job that nobody could agree to
	others      []langsmith.Job
	othersErr   error
}

// maxBody is the longest body that a result repeats, in bytes. The rest of the result
// has to fit into its budget too.
const maxBody = 15_000

// newDryRun returns what a call would do. It asks LangSmith for the workspace's model
// secrets and the project's other jobs, and does without what it cannot read.
func newDryRun(ctx context.Context, env *tool.Env, call *paid.Call) (*dryRun, error) {
	encoded, err := json.Marshal(call.Request)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	body := json.RawMessage(encoded)
	bound := cost.NewEstimate(call.Request)
	dry := &dryRun{TracesAtMost: bound.Traces, CostUSD: &bound.Cost, bodySize: len(body)}
	if len(body) <= maxBody {
		dry.WouldSend = &body
	}
	if names, err := env.LangSmith.ListSecretNames(ctx); err == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, "_API_KEY") })
		slices.Sort(names)
		dry.ModelSecrets = &names
	}
	if call.Project != uuid.Nil { // else the project does not exist, and has no jobs
		dry.others, dry.othersErr = env.Paid.Others(ctx, call)
	}
	return dry, nil
}

func (d *dryRun) write(b *strings.Builder, project string) {
	if d.unconfirmed {
		b.WriteString("No job was started. The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. This is what the job would be:\n\n")
	} else {
		b.WriteString("Dry run: nothing was started.\n\n")
	}
	fmt.Fprintf(b, "A job over %s %s\n", project, cost.Estimate{Traces: d.TracesAtMost, Cost: *d.CostUSD})
	switch {
	case d.ModelSecrets == nil:
		b.WriteString("Which model secrets the workspace has could not be read.\n")
	case len(*d.ModelSecrets) == 0:
		b.WriteString("The workspace has no model secret set; such a job would be refused.\n")
	default:
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", quoteNames(*d.ModelSecrets))
	}
	if d.WouldSend == nil {
		fmt.Fprintf(b, "\nIt would send the fields as they were given, %s bytes of JSON: too many to repeat here.\n", wording.Thousands(d.bodySize))
	} else {
		fmt.Fprintf(b, "\nIt would send:\n%s\n", markdown.Block(string(*d.WouldSend)))
	}
	if d.othersErr != nil {
		b.WriteString("\nThe project's other jobs could not be listed.\n")
	} else if others := jobs.WriteList(d.others, maxOthers); others != "" {
		fmt.Fprintf(b, "\nThese jobs of the project may answer the question already, at no cost (get_insights_job):\n%s", others)
	}
	if d.unconfirmed {
		b.WriteString("\nNext: have a person start it in LangSmith, or use a client that can ask (elicitation).\n")
	} else {
		b.WriteString("\nNext: the same call without dry_run starts it.\n")
	}
}

// maxNames bounds the names of model secrets in a text.
const maxNames = 20

// quoteNames lists names, which the workspace's members chose.
func quoteNames(names []string) string {
	quoted := make([]string, min(len(names), maxNames))
	for i := range quoted {
		quoted[i] = markdown.Word(names[i], markdown.MaxWord)
	}
	if more := len(names) - len(quoted); more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
