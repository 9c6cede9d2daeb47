package config

import (
	"fmt"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Variable is an environment variable of LangSmith's own, as its official
// clients read it.
type Variable struct {
	Names   []string // the first that is set counts
	Meaning string
}

// The variables that say how LangSmith is reached.
var (
	apiKey      = Variable{[]string{"LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"}, "the API key, sent as `X-API-Key`"}
	apiKeyFile  = Variable{[]string{"LANGSMITH_API_KEY_FILE"}, "a file that holds the key"}
	bearerToken = Variable{[]string{"LANGSMITH_BEARER_TOKEN", "LANGCHAIN_BEARER_TOKEN"}, "a token, sent as `Authorization: Bearer` instead of a key; needs the workspace"}
	endpoint    = Variable{[]string{"LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"}, "the API's address; default " + langsmith.DefaultEndpoint}
	workspace   = Variable{[]string{"LANGSMITH_WORKSPACE_ID", "LANGSMITH_TENANT_ID", "LANGCHAIN_WORKSPACE_ID", "LANGCHAIN_TENANT_ID"}, "the workspace's UUID, sent as `X-Tenant-Id`"}
	project     = Variable{[]string{"LANGSMITH_PROJECT", "LANGCHAIN_PROJECT"}, "the project when a call names none"}
)

// Variables lists them, for the documentation.
func Variables() []Variable {
	return []Variable{apiKey, apiKeyFile, bearerToken, endpoint, workspace, project}
}

// found is a value and where it came from.
type found struct{ value, source string }

func (v Variable) read(getenv func(string) string) found {
	for _, name := range v.Names {
		if value := clean(getenv(name)); value != "" {
			return found{value, name}
		}
	}
	return found{}
}

func (f found) or(other found) found {
	if f.value != "" {
		return f
	}
	return other
}

// loadLangSmith reads the environment and then, setting by setting, the profile
// of the official CLI.
func loadLangSmith(getenv func(string) string) (LangSmith, []Problem) {
	var problems []Problem
	complain := func(source string, err error) {
		problems = append(problems, Problem(fmt.Sprintf("%s: %v", source, err)))
	}
	profile, err := readProfile(getenv)
	if err != nil {
		complain(profile.source, err)
	}

	var l LangSmith
	address := endpoint.read(getenv).or(profile.setting(profile.APIURL))
	if l.Endpoint, err = langsmith.ParseEndpoint(address.value); err != nil {
		complain(address.source, err)
	}
	l.Found.Endpoint = address.source

	tenant := workspace.read(getenv).or(profile.setting(profile.WorkspaceID))
	if tenant.value != "" {
		if l.Credentials.Workspace, err = uuid.Parse(tenant.value); err != nil || len(tenant.value) != 36 {
			complain(tenant.source, fmt.Errorf("want the workspace's UUID, such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11"))
		}
	}
	l.Found.Workspace = tenant.source

	key, err := readKey(getenv)
	if err != nil {
		complain(apiKeyFile.Names[0], err)
	}
	token := bearerToken.read(getenv)
	switch {
	case token.value != "":
		l.Credentials.BearerToken, l.Found.Credential = langsmith.Secret(token.value), token.source
	default:
		key = key.or(profile.setting(profile.APIKey))
		l.Credentials.APIKey, l.Found.Credential = langsmith.Secret(key.value), key.source
	}
	if err := checkHeader(l.Credentials); err != nil {
		complain(l.Found.Credential, err)
	}

	name := project.read(getenv)
	l.Project, l.Found.Project = name.value, name.source
	return l, problems
}

func readKey(getenv func(string) string) (found, error) {
	if key := apiKey.read(getenv); key.value != "" {
		return key, nil
	}
	path := apiKeyFile.read(getenv)
	if path.value == "" {
		return found{}, nil
	}
	content, err := readSecretFile(path.value)
	if err != nil {
		return found{}, err
	}
	if content = clean(content); content == "" {
		return found{}, fmt.Errorf("%s is empty", path.value)
	}
	return found{content, path.source}, nil
}

// checkHeader refuses a credential that cannot be a header's value, without
// repeating it.
func checkHeader(c langsmith.Credentials) error {
	for _, secret := range []langsmith.Secret{c.APIKey, c.BearerToken} {
		for _, r := range secret.Reveal() {
			if r <= ' ' || r >= 0x7f {
				return fmt.Errorf("holds a blank, a line break or another character that no key has")
			}
		}
	}
	return nil
}
