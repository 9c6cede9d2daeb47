package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// profile is a profile in the configuration file of LangSmith's CLI.
type profile struct {
	APIKey      string `json:"api_key"`
	APIURL      string `json:"api_url"`
	WorkspaceID string `json:"workspace_id"`

	source string // for people: which profile of which file
}

// setting returns a value of the profile with its source.
func (p profile) setting(value string) sourced {
	value = unquote(value)
	if value == "" || isPlaceholder(value) {
		return sourced{}
	}
	return sourced{value, p.source}
}

// readProfile reads the profile that LANGSMITH_PROFILE names, else the current
// one. A missing file is no error, unless LANGSMITH_CONFIG_FILE names it.
func readProfile(env *environment) (profile, error) {
	path, _ := env.get("LANGSMITH_CONFIG_FILE")
	source := "LANGSMITH_CONFIG_FILE"
	named := path != ""
	if !named {
		home := homeDir(runtime.GOOS, env.getenv)
		if home == "" {
			return profile{}, nil
		}
		path = filepath.Join(home, ".langsmith", "config.json")
		source = path
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return profile{}, nil
	case err != nil:
		return profile{source: source}, fmt.Errorf("cannot read the profile file %s", path)
	}
	var file struct {
		Current  string             `json:"current_profile"`
		Profiles map[string]profile `json:"profiles"`
	}
	if json.Unmarshal(data, &file) != nil {
		return profile{source: source}, fmt.Errorf("the profile file %s is not the JSON that the LangSmith CLI writes", path)
	}
	name, _ := env.get("LANGSMITH_PROFILE")
	if name != "" {
		if _, ok := file.Profiles[name]; !ok {
			return profile{source: "LANGSMITH_PROFILE"}, fmt.Errorf("there is no profile %q in %s", name, path)
		}
	} else {
		name = file.Current
	}
	picked := file.Profiles[name]
	picked.source = fmt.Sprintf("profile %q in %s", name, path)
	return picked, nil
}

func homeDir(goos string, getenv func(string) string) string {
	if goos == "windows" {
		return getenv("USERPROFILE")
	}
	return getenv("HOME")
}
