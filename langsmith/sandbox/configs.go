package sandbox

import (
	"net/http"

	"github.com/google/uuid"
	cron "github.com/netresearch/go-cron"
)

// config is a saved configuration of jobs, as the response to saving it has it.
type config struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Description *string   `json:"description"`
	Config      settings  `json:"config"`
	Cron        *string   `json:"schedule_cron"`
}

// configView is a config in the list. Its id need not be a UUID.
type configView struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description *string  `json:"description"`
	Config      settings `json:"config"`
	Prebuilt    bool     `json:"prebuilt"`
	Cron        *string  `json:"schedule_cron"`
}

func (p *project) config(id uuid.UUID) (*config, error) {
	for _, k := range p.configs {
		if k.ID == id {
			return k, nil
		}
	}
	return nil, notFound("Insights config")
}

func (c *call) config() (*project, *config, error) {
	session, id := c.pathID("session_id"), c.pathID("config_id")
	if err := c.err(); err != nil {
		return nil, nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, nil, err
	}
	k, err := p.config(id)
	return p, k, err
}

// listConfigs lists the newest config first, prebuilt ones last.
//
// Unknown: LangSmith's order.
func listConfigs(c *call) (any, error) {
	session := c.pathID("session_id")
	prebuilts, _ := c.queryBool("include_prebuilts")
	if err := c.err(); err != nil {
		return nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, err
	}
	views := make([]configView, 0, len(p.configs))
	for i := len(p.configs) - 1; i >= 0; i-- {
		k := p.configs[i]
		views = append(views, configView{ID: k.ID.String(), Name: k.Name, Description: k.Description, Config: k.Config, Cron: k.Cron})
	}
	if prebuilts {
		views = append(views, prebuiltConfigs()...)
	}
	return map[string]any{"configs": views}, nil
}

// maxConfigName is the API's bound, stated in its schema.
const maxConfigName = 255

func createConfig(c *call) (any, error) {
	session := c.pathID("session_id")
	o := c.bodyObject()
	k := &config{Config: settings{Model: "openai"}}
	readRequired(&c.validationErrors, o, "name", &k.Name, asStringUpTo(maxConfigName))
	readField(&c.validationErrors, o, "description", &k.Description, pointer(asString))
	readField(&c.validationErrors, o, "schedule_cron", &k.Cron, pointer(asCron))
	chosen, given := o.readObject(&c.validationErrors, "config")
	if !given {
		c.add([]any{"body", "config"}, "missing", "Field required")
	}
	readJobRequest(&c.validationErrors, chosen)
	k.Config.overlay(&c.validationErrors, chosen)
	if err := k.Config.check(&c.validationErrors, []any{"body", "config"}); err != nil {
		return nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, err
	}
	k.ID = c.ws.newID("config")
	p.configs = append(p.configs, k)
	return *k, nil
}

// updateConfig keeps absent fields and clears null ones.
//
// Unknown: what a null name or config does, which a config must have. Here they are
// kept.
func updateConfig(c *call) (any, error) {
	o := c.bodyObject()
	_, k, err := c.config()
	if err != nil {
		return nil, err
	}
	next := *k
	var name *string
	readField(&c.validationErrors, o, "name", &name, pointer(asStringUpTo(maxConfigName)))
	if name != nil {
		next.Name = *name
	}
	readField(&c.validationErrors, o, "description", &next.Description, pointer(asString))
	readField(&c.validationErrors, o, "schedule_cron", &next.Cron, pointer(asCron))
	if o.has("config") {
		chosen, _ := o.readObject(&c.validationErrors, "config")
		readJobRequest(&c.validationErrors, chosen)
		next.Config = settings{Model: "openai"}
		next.Config.overlay(&c.validationErrors, chosen)
		if err := next.Config.check(&c.validationErrors, []any{"body", "config"}); err != nil {
			return nil, err
		}
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	*k = next
	return *k, nil
}

func deleteConfig(c *call) (any, error) {
	p, k, err := c.config()
	if err != nil {
		return nil, err
	}
	p.configs = remove(p.configs, k)
	return deletedView(k.ID, "Insights config deleted"), nil
}

// asCron checks the five fields of a schedule, in UTC.
//
// Unknown: which dialect LangSmith accepts, and its error.
func asCron(f *validationErrors, loc []any, value any) string {
	text := asString(f, loc, value)
	fields := cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	if _, err := fields.Parse(text); err != nil {
		f.add(loc, "value_error", "Value error, invalid cron expression")
	}
	return text
}

// generateConfig proposes a config for the user's question. It saves nothing.
func generateConfig(c *call) (any, error) {
	session := c.pathID("session_id")
	o := c.bodyObject()
	chosen := settings{Model: "openai"}
	readRequired(&c.validationErrors, o, "user_context", &chosen.UserContext, asMap(asString))
	readField(&c.validationErrors, o, "model", &chosen.Model, asOneOf("openai", "anthropic"))
	readField(&c.validationErrors, o, "cluster_model", &chosen.ClusterModel, pointer(asString))
	readField(&c.validationErrors, o, "summary_model", &chosen.SummaryModel, pointer(asString))
	if err := chosen.check(&c.validationErrors, []any{"body"}); err != nil {
		return nil, err
	}
	p, err := c.ws.project(session)
	if err != nil {
		return nil, err
	}
	if missing := chosen.missingSecrets(c.s.opts.Secrets); len(missing) > 0 {
		return nil, refuse(http.StatusUnprocessableEntity, "['%s']", missing[0])
	}
	return proposeConfig(p.name, chosen.UserContext), nil
}
