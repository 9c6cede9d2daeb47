package config

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the configuration, on one line, with
// the flag or variable that is to blame.
type Problem string

// Load makes a Config of the flags that were set and the environment. Flags
// win over variables, and variables over what is set nowhere. It returns every
// problem it finds, not the first.
func Load(command Command, flags map[string]string, getenv func(string) string) (*Config, []Problem) {
	c := &Config{}
	var problems []Problem
	for _, setting := range Settings() {
		if !setting.Of(command) {
			continue
		}
		value, source := setting.Default[command], ""
		if variable := clean(getenv(setting.Variable())); variable != "" {
			value, source = variable, setting.Variable()
		}
		if flag, ok := flags[setting.Name]; ok {
			value, source = flag, "--"+setting.Name
		}
		if source == "" && value == "" {
			continue
		}
		if err := setting.set(c, value); err != nil {
			problems = append(problems, Problem(fmt.Sprintf("%s: %v", source, err)))
		}
	}
	if command == HTTPCmd {
		problems = append(problems, checkGuards(c)...)
	}
	if c.Sandbox {
		// Nothing of LANGSMITH_* is read, so nothing of it can be wrong.
		if c.State == "" {
			c.State = stateMemory
		}
		return c, problems
	}
	if c.State == "" {
		if c.State = userStateDir(runtime.GOOS, getenv); c.State == "" {
			c.State = stateMemory
		}
	}
	langsmith, wrong := loadLangSmith(getenv)
	c.LangSmith = langsmith
	problems = append(problems, wrong...)
	if command == HTTPCmd {
		problems = append(problems, checkExposure(c)...)
	}
	return c, problems
}

// LoadLangSmith reads only how LangSmith is reached, for commands without
// further settings.
func LoadLangSmith(getenv func(string) string) (LangSmith, []Problem) { return loadLangSmith(getenv) }

// unfilled is a reference to a variable that a client passed on as it stood,
// because it does not know its form or the variable is not set there.
func unfilled(value string) bool {
	return strings.HasPrefix(value, "${") && strings.Index(value, "}") == len(value)-1
}

// clean takes off the blanks and quotes that values arrive with from .env files
// and client configurations. A reference that nobody filled in is no value.
func clean(value string) string {
	value = strings.TrimSpace(value)
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = strings.TrimSpace(value[1 : len(value)-1])
		}
	}
	if unfilled(value) {
		return ""
	}
	return value
}

// Flag finds a setting by its flag's name.
func Flag(name string) (Setting, bool) {
	all := Settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}
