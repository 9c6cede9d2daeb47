package sandbox

import "github.com/google/uuid"

type tenantView struct {
	ID          uuid.UUID `json:"id"`
	CreatedAt   timestamp `json:"created_at"`
	DisplayName string    `json:"display_name"`
	IsPersonal  bool      `json:"is_personal"`
	IsDeleted   bool      `json:"is_deleted"`
	Handle      *string   `json:"tenant_handle"`
}

// listWorkspaces lists the default workspace and those that requests have named.
func listWorkspaces(c *call) (any, error) {
	c.queryBool("include_deleted")
	c.queryBool("skip_create")
	if err := c.err(); err != nil {
		return nil, err
	}
	views := []tenantView{c.s.tenant(DefaultWorkspace())}
	for _, ws := range c.s.order {
		if ws.id != DefaultWorkspace() {
			views = append(views, c.s.tenant(ws.id))
		}
	}
	return views, nil
}

func (s *Sandbox) tenant(id uuid.UUID) tenantView {
	name := "Sandbox"
	if id != DefaultWorkspace() {
		name = "Sandbox " + id.String()[:8]
	}
	return tenantView{ID: id, CreatedAt: timestamp(s.began), DisplayName: name, IsPersonal: id == DefaultWorkspace()}
}

// listSecrets lists the names of the workspace's model secrets.
func listSecrets(c *call) (any, error) {
	secrets := make([]map[string]string, 0, len(c.s.opts.Secrets))
	for _, key := range c.s.opts.Secrets {
		secrets = append(secrets, map[string]string{"key": key})
	}
	return secrets, nil
}
