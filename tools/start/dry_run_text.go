package start

import (
	"fmt"
	"strings"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/cost"
	"langsmith-insights-mcp/tools/dryrun"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
	"langsmith-insights-mcp/tools/wording"
)

func (r *Result) writeDryRun(b *strings.Builder) {
	d, project := r.dryRun, tool.ProjectLabel(r.job.Project)
	if d.unconfirmed {
		b.WriteString("No job was started. The operator of this server wants a person to agree before money is spent (--confirm), and this client cannot ask one. This is what the job would be:\n\n")
	} else {
		b.WriteString("Dry run: nothing was started.\n\n")
	}
	if d.existing != nil {
		fmt.Fprintf(b, "The call would start nothing either: it was made before, and %s, job_id %s.%s\n", describeEnd(d.existing.Status), d.existing.ID, r.job.describeDuplicate())
	}
	switch {
	case d.matches == nil:
	case d.findsNothing():
		fmt.Fprintf(b, "%s: a job over %s would find nothing to read.\n", d.matches, project)
		if why := d.matches.DescribeFilter(); why != "" {
			b.WriteString(why + "\n")
		}
	case d.matches.Unknown != "" || d.matches.Count == 1:
		fmt.Fprintf(b, "%s.\n", d.matches)
	default:
		fmt.Fprintf(b, "%s; a report reads one per thread.\n", d.matches)
	}
	if *r.TracesAtMost > 0 {
		over := ""
		if r.job.Project.Name != "" {
			over = " over " + project
		}
		fmt.Fprintf(b, "A job%s %s\n", over, cost.Estimate{Traces: *r.TracesAtMost, Cost: *r.CostUSD})
	}
	if r.Scope != nil {
		fmt.Fprintf(b, "Scope: %s.\n", r.Scope)
	}
	if d.replaces {
		b.WriteString("Arguments given with config_id are assumed to replace the config's settings; LangSmith does not document that.\n")
	}
	d.writeSecrets(b)
	if len(d.unknown) > 0 {
		fmt.Fprintf(b, "The summary prompt names %s, which LangSmith does not document: nothing may be filled in there. Its variables are %s.\n", quoteNames(d.unknown), langsmith.PromptVariables())
	}
	if d.prompt != "" {
		fmt.Fprintf(b, "\n%s\n", d.prompt)
	}
	if d.WouldSend == nil {
		fmt.Fprintf(b, "\nIt would send the fields as they were given, %s bytes of JSON: too many to repeat here.\n", wording.Thousands(d.bodySize))
	} else {
		fmt.Fprintf(b, "\nIt would send:\n%s\n", markdown.Block(string(*d.WouldSend)))
	}
	if d.othersErr != nil {
		b.WriteString("\n" + othersUnread + "\n")
	} else if len(d.others) > 0 {
		b.WriteString("\n")
		r.others.write(b)
	}
	fmt.Fprintf(b, "\nNext: %s.\n", r.describeAfterDryRun())
}

// describeEnd returns the state of a job that was started before.
func describeEnd(status langsmith.Status) string {
	switch {
	case status == langsmith.StatusSuccess:
		return "its report is ready"
	case status.Failed():
		return "its job has failed"
	}
	return "its job is still running"
}

// writeSecrets writes which of the models' keys the workspace has.
func (d *dryRun) writeSecrets(b *strings.Builder) {
	if d.ModelSecrets == nil {
		b.WriteString("Which model secrets the workspace has could not be read.\n")
		return
	}
	if len(*d.ModelSecrets) > 0 {
		fmt.Fprintf(b, "Model secrets set in the workspace: %s.\n", quoteNames(*d.ModelSecrets))
	}
	if missing := dryrun.DescribeMissing(d.missingKeys); missing != "" {
		b.WriteString(missing + "\n")
	}
}

// listCautions lists what may stop the job.
func (d *dryRun) listCautions() []string {
	var caution []string
	if d.othersErr != nil {
		caution = append(caution, othersUnread)
	}
	if missing := dryrun.DescribeMissing(d.missingKeys); missing != "" {
		caution = append(caution, missing)
	}
	if why := d.matches.DescribeFilter(); why != "" {
		caution = append(caution, why)
	}
	if d.promptProblem != "" {
		caution = append(caution, d.promptProblem)
	}
	return caution
}

const othersUnread = "The project's other jobs could not be listed."

// maxNames is the maximum number of model secrets in a text.
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
