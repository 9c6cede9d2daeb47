package config

import "fmt"

// Problem is an error in how the program was called or configured: one line that
// begins with the flag or variable to correct.
type Problem string

// Error implements error.
func (p Problem) Error() string { return string(p) }

// problems collects what is wrong.
type problems []error

// add adds an error of a flag or variable; nil for none.
func (p *problems) add(source string, err error) {
	if err != nil {
		*p = append(*p, Problem(fmt.Sprintf("%s: %v", source, err)))
	}
}
