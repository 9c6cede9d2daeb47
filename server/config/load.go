package config

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
)

// Load returns the configuration of a command. A flag overrides its variable, and
// a variable the default. The error joins a [Problem] for everything that is
// wrong; what is right is in the Config all the same.
func Load(command Command, flags map[string]string, getenv func(string) string) (*Config, error) {
	c := &Config{}
	env := &environment{getenv: getenv}
	var found problems
	for _, setting := range settingsOf(c) {
		if setting.Of(command) {
			found.add(setting.load(command, flags, env))
		}
	}
	if command == HTTPCmd {
		found = append(found, checkGuards(c.HTTP)...)
	}
	if !c.Sandbox { // against the sandbox no LANGSMITH_* variable is read, so none can be wrong
		c.State = cmp.Or(c.State, userStateDir(runtime.GOOS, getenv))
		found = append(found, loadLangSmith(&c.LangSmith, env)...)
	}
	if command == HTTPCmd {
		found = append(found, checkExposure(c)...)
	}
	c.State = cmp.Or(c.State, stateMemory)
	c.Placeholders = env.placeholders
	return c, errors.Join(found...)
}

// load sets the setting from its flag, its variable or the default, and returns
// the one of them that is wrong.
func (s Setting) load(command Command, flags map[string]string, env *environment) (source string, err error) {
	if flag, ok := flags[s.Name]; ok {
		return "--" + s.Name, s.set(flag)
	}
	value, placeholder := env.get(s.Variable())
	if placeholder != "" && s.Only == HTTPCmd {
		// Unset, a guard would guard nothing; and no client starts this command,
		// so that it is the operator who sees the error.
		return s.Variable(), fmt.Errorf("nothing has replaced the placeholder %s", placeholder)
	}
	if value = cmp.Or(value, s.Default[command]); value == "" {
		return "", nil
	}
	return s.Variable(), s.set(value)
}

// LoadLangSmith returns how LangSmith is reached, for commands without further
// settings. Its error is as that of [Load].
func LoadLangSmith(getenv func(string) string) (LangSmith, error) {
	var l LangSmith
	found := loadLangSmith(&l, &environment{getenv: getenv})
	return l, errors.Join(found...)
}
