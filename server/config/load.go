package config

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
)

// Load returns the configuration of a command. A flag overrides its variable, and a
// variable the default. The error joins a [Problem] for each invalid setting; the Config
// has the valid ones.
func Load(command Command, flags map[string]string, getenv func(string) string) (*Config, error) {
	c := &Config{}
	env := &environment{getenv: getenv}
	var found problems
	for _, setting := range settingsOf(c) {
		if setting.AppliesTo(command) {
			found.add(setting.load(command, flags, env))
		}
	}
	if command == HTTPCmd {
		found = append(found, checkGuards(c.HTTP)...)
	}
	if !c.Sandbox { // the sandbox uses no LANGSMITH_* variable, so an invalid one is no problem
		c.State = cmp.Or(c.State, userStateDir(runtime.GOOS, getenv))
		found = append(found, loadLangSmith(&c.LangSmith, env)...)
	}
	if command == HTTPCmd {
		found = append(found, checkExposure(c)...)
	}
	c.State = cmp.Or(c.State, StateMemory)
	c.Placeholders = env.placeholders
	return c, errors.Join(found...)
}

// load sets the setting from its flag, its variable or the default, and returns which of
// them is invalid.
func (s Setting) load(command Command, flags map[string]string, env *environment) (source string, err error) {
	if flag, ok := flags[s.Name]; ok {
		return "--" + s.Name, s.set(flag)
	}
	value, placeholder := env.get(s.Variable())
	if placeholder != "" && s.Only == HTTPCmd {
		// Without this error a placeholder could switch authentication off. The
		// operator sees it, since no client starts the http command.
		return s.Variable(), fmt.Errorf("the placeholder %s was not replaced", placeholder)
	}
	if value = cmp.Or(value, s.Default[command]); value == "" {
		return "", nil
	}
	return s.Variable(), s.set(value)
}

// LoadLangSmith returns the configuration of LangSmith, for commands without other
// settings. Its error is like that of [Load].
func LoadLangSmith(getenv func(string) string) (LangSmith, error) {
	var l LangSmith
	found := loadLangSmith(&l, &environment{getenv: getenv})
	return l, errors.Join(found...)
}
