package config

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"langsmith-insights-mcp/langsmith"
	"langsmith-insights-mcp/langsmith/profile"
)

// The variables that select a profile of LangSmith's CLI.
var (
	profileName = Variable{[]string{"LANGSMITH_PROFILE"}, "the profile of LangSmith's CLI; by default its current profile, else the one called `default`"}
	profileFile = Variable{[]string{"LANGSMITH_CONFIG_FILE"}, "the CLI's profile file; default `~/.langsmith/config.json`"}
)

// readProfile reads the profile of LANGSMITH_PROFILE, else the current one. A missing file
// is an empty profile, unless LANGSMITH_CONFIG_FILE names it.
func readProfile(env *environment) (*profile.Profile, error) {
	path := profileFile.read(env)
	named := path.value != ""
	if !named {
		home := homeDir(runtime.GOOS, env.getenv)
		if home == "" {
			return &profile.Profile{}, nil
		}
		path.value = filepath.Join(home, ".langsmith", "config.json")
		path.source = path.value
	}
	name := profileName.read(env)
	p, err := profile.Load(path.value, name.value)
	switch {
	case errors.Is(err, profile.ErrNoFile) && !named:
		return &profile.Profile{}, nil
	case errors.Is(err, profile.ErrNoProfile):
		return &profile.Profile{}, Problem(name.source + ": " + err.Error())
	case err != nil:
		return &profile.Profile{}, Problem(path.source + ": " + err.Error())
	}
	return p, nil
}

// describeProfile names a profile and its file.
func describeProfile(p *profile.Profile) string {
	return fmt.Sprintf("profile %q in %s", p.Name, p.Path)
}

// UsesProfile reports whether the credential comes from the profile.
func (l LangSmith) UsesProfile() bool {
	return l.Found.Credential == describeProfile(&profile.Profile{Path: l.ProfileFile, Name: l.ProfileName})
}

// profileSetting returns a setting of a profile with its source.
func profileSetting(p *profile.Profile, value string) sourcedValue {
	if value == "" || IsPlaceholder(value) {
		return sourcedValue{}
	}
	return sourcedValue{value, describeProfile(p)}
}

// useProfileCredential sets the credential from the profile: its login, else its key, else
// the key in the variable that it names. The server starts with a credential that cannot be
// used; each call then returns an error that says what to do.
func (l *LangSmith) useProfileCredential(p *profile.Profile, env *environment) {
	source := describeProfile(p)
	var err error
	if login := profile.NewLogin(p, nil); login != nil {
		if err = l.checkLoginEndpoint(p); err == nil {
			l.Credentials.Login = login
		}
	} else {
		key := profileSetting(p, p.APIKey.Reveal())
		switch {
		case key.value != "":
			l.Credentials.APIKey = langsmith.Secret(key.value)
		case p.APIKeyEnv != "":
			l.Credentials.APIKey, err = p.KeyFromEnv(func(name string) string { return Variable{Names: []string{name}}.read(env).value })
		case p.APIKeyCommand != "":
			err = fmt.Errorf("%s gets its API key from a command (api_key_cmd), which only LangSmith's CLI runs; "+
				"set api_key_env in the profile to a variable with the key, or set LANGSMITH_API_KEY", source)
		default:
			return
		}
	}
	l.Found.Credential = source
	if err != nil {
		l.Credentials.Login = &unusableLogin{source, err}
	}
}

// checkLoginEndpoint refuses to send a login's token to another address than that of its
// profile, whose server could use it.
func (l *LangSmith) checkLoginEndpoint(p *profile.Profile) error {
	profileEndpoint, err := langsmith.ParseEndpoint(p.APIURL)
	switch {
	case err != nil:
		return fmt.Errorf("the api_url of %s cannot be read: %w", describeProfile(p), err)
	case profileEndpoint == l.Endpoint:
		return nil
	}
	return fmt.Errorf("the login of %s is for %s and its token is sent only there, but %s is %s; "+
		"unset it, or select another profile with LANGSMITH_PROFILE, or set LANGSMITH_API_KEY to a key for that address",
		describeProfile(p), profileEndpoint, l.Found.Endpoint, l.Endpoint)
}

// unusableLogin is a profile's credential that cannot be used.
type unusableLogin struct {
	source string
	err    error
}

// ID implements [langsmith.Login].
func (u *unusableLogin) ID() string { return "unusable\x00" + u.source }

// Token implements [langsmith.Login].
func (u *unusableLogin) Token(context.Context) (langsmith.Secret, error) { return "", u.err }

// CredentialError says why the profile's credential cannot be used, and what to do. It is
// nil if it can be used or is not used.
func (l LangSmith) CredentialError() error {
	if u, ok := l.Credentials.Login.(*unusableLogin); ok {
		return u.err
	}
	return nil
}

func homeDir(goos string, getenv func(string) string) string {
	if goos == "windows" {
		return getenv("USERPROFILE")
	}
	return getenv("HOME")
}
