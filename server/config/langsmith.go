package config

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"langsmith-insights-mcp/langsmith"
)

// Variable is an environment variable of LangSmith's clients.
type Variable struct {
	Names   []string // the first set one is used
	Meaning string
}

// The variables for requests to LangSmith.
var (
	apiKey      = Variable{[]string{"LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"}, "the API key, sent as `X-API-Key`"}
	apiKeyFile  = Variable{[]string{"LANGSMITH_API_KEY_FILE"}, "a file with the key, read at the start; a key in the variable above takes precedence"}
	bearerToken = Variable{[]string{"LANGSMITH_BEARER_TOKEN", "LANGCHAIN_BEARER_TOKEN"}, "a token, sent as `Authorization: Bearer` instead of a key; requires the workspace"}
	endpoint    = Variable{[]string{"LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"}, "the API's address; default " + langsmith.DefaultEndpoint}
	workspace   = Variable{[]string{"LANGSMITH_WORKSPACE_ID", "LANGSMITH_TENANT_ID", "LANGCHAIN_WORKSPACE_ID", "LANGCHAIN_TENANT_ID"}, "the workspace's UUID, sent as `X-Tenant-Id`"}
	project     = Variable{[]string{"LANGSMITH_PROJECT", "LANGCHAIN_PROJECT"}, "the project of calls that name none"}
)

// Variables lists the variables, for the documentation.
func Variables() []Variable {
	return []Variable{apiKey, apiKeyFile, bearerToken, endpoint, workspace, project, profileName, profileFile}
}

// sourcedValue is a value and its source. The zero value is unset.
type sourcedValue struct{ value, source string }

func (v Variable) read(env *environment) sourcedValue {
	for _, name := range v.Names {
		if value, _ := env.get(name); value != "" {
			return sourcedValue{value, name}
		}
	}
	return sourcedValue{}
}

// loadLangSmith sets each field of l from the environment, or from the profile of
// LangSmith's CLI if the variable is unset.
func loadLangSmith(l *LangSmith, env *environment) problems {
	var found problems
	cli, err := readProfile(env)
	if err != nil {
		found = append(found, err)
	}
	l.ProfileFile, l.ProfileName = cli.Path, cli.Name

	address := cmp.Or(endpoint.read(env), profileSetting(cli, cli.APIURL))
	l.Found.Endpoint = address.source
	l.Endpoint, err = langsmith.ParseEndpoint(address.value)
	found.add(address.source, err)

	tenant := cmp.Or(workspace.read(env), profileSetting(cli, cli.WorkspaceID))
	l.Found.Workspace = tenant.source
	l.Credentials.Workspace, err = parseWorkspace(tenant.value)
	found.add(tenant.source, err)

	key, err := readKey(env)
	found.add(apiKeyFile.Names[0], err)
	switch token := bearerToken.read(env); {
	case token.value != "":
		l.Credentials.BearerToken, l.Found.Credential = langsmith.Secret(token.value), token.source
	case key.value != "":
		l.Credentials.APIKey, l.Found.Credential = langsmith.Secret(key.value), key.source
	case err == nil: // the profile does not replace a key file that cannot be read
		l.useProfileCredential(cli, env)
	}
	found.add(l.Found.Credential, checkHeader(l.Credentials))

	name := project.read(env)
	l.Project, l.Found.Project = name.value, name.source
	return found
}

// parseWorkspace parses a UUID in its canonical form; uuid.Nil for an empty text.
func parseWorkspace(value string) (uuid.UUID, error) {
	if value == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(value)
	if err != nil || len(value) != len(uuid.Nil.String()) {
		return uuid.Nil, errors.New("want the workspace's UUID, such as 5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11")
	}
	return id, nil
}

// readKey returns the key in the variable, else in the file.
func readKey(env *environment) (sourcedValue, error) {
	if key := apiKey.read(env); key.value != "" {
		return key, nil
	}
	path := apiKeyFile.read(env)
	if path.value == "" {
		return sourcedValue{}, nil
	}
	content, err := readSecretFile(path.value)
	if err != nil {
		return sourcedValue{}, err
	}
	key := unquote(content)
	if key == "" || IsPlaceholder(key) {
		return sourcedValue{}, fmt.Errorf("%s has no key", path.value)
	}
	return sourcedValue{key, path.source}, nil
}

// checkHeader refuses a credential that is invalid in a header, without repeating it.
func checkHeader(c langsmith.Credentials) error {
	for _, secret := range []langsmith.Secret{c.APIKey, c.BearerToken} {
		if strings.ContainsFunc(secret.Reveal(), isInvalidInHeader) {
			return errors.New("has a space, a line break or another character that no key has")
		}
	}
	return nil
}

// isInvalidInHeader reports whether a character is invalid in a credential.
func isInvalidInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
