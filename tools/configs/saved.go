package configs

import (
	"fmt"
	"strings"
	"time"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/tools/markdown"
	"langsmith-insights-mcp/tools/tool"
)

// Saved is a config as it is after it was saved.
type Saved struct {
	Config

	did     string // what happened to it: "saved"
	project langsmith.Project
	view    View
	asked   langsmith.Optional[string] // the schedule that was asked for
	cut     bool
}

func NewSaved(env *tool.Env, did string, project langsmith.Project, config *langsmith.Config, asked langsmith.Optional[string]) *tool.Resizable[*Saved] {
	view := NewView(*config, time.Now())
	return &tool.Resizable[*Saved]{
		Items: 1, Chars: MaxText,
		Build: func(_, chars int) *Saved {
			cut := markdown.Shortener{Max: chars}
			result := &Saved{Config: view.Listed(&cut), did: did, project: project, view: view, asked: asked}
			result.cut = cut.Shortened
			return result
		},
	}
}

// Text implements Result.
func (r *Saved) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Config %s %s.\nsession_id %s, config_id %s\n", markdown.Quote(r.Name, langsmith.MaxConfigName), r.did, r.project.ID, ConfigID(r.ID))
	r.view.Write(&b, &r.Config)
	if r.cut {
		b.WriteString("Texts that end in … are shortened here, not in LangSmith.\n")
	}
	switch asked, wanted := r.asked.Get(); {
	case wanted && r.ScheduleCron == "":
		fmt.Fprintf(&b, "LangSmith's answer does not show the schedule `%s`: list_insights_configs tells whether it was taken.\n", markdown.Line(asked, markdown.MaxName))
	case r.ScheduleCron != "":
		fmt.Fprintf(&b, "\nIt spends by itself from now on; update_insights_config with schedule_cron null ends that, and so does delete_insights_config. list_insights_jobs with this config_id shows its reports.\n")
	default:
		fmt.Fprintf(&b, "\nIt has no schedule. Next: create_insights_job with this config_id runs it (paid).\n")
	}
	return b.String()
}
