package config

import "fmt"

// Problem is an error in a flag or variable: one line that begins with its name.
type Problem string

// Error implements error.
func (p Problem) Error() string { return string(p) }

// problems collects the problems of a configuration.
type problems []error

// add adds the error of a flag or variable, unless it is nil.
func (p *problems) add(source string, err error) {
	if err != nil {
		*p = append(*p, Problem(fmt.Sprintf("%s: %v", source, err)))
	}
}
