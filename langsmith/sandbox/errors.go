package sandbox

import (
	"fmt"
	"net/http"
)

// detail is FastAPI's body of an error.
type detail struct {
	Detail any `json:"detail"`
}

// apiError is an error response. Handlers return it as their error.
type apiError struct {
	status int
	body   any
}

func (p *apiError) Error() string { return fmt.Sprintf("%d: %v", p.status, p.body) }

func refuse(status int, format string, args ...any) *apiError {
	return &apiError{status: status, body: detail{fmt.Sprintf(format, args...)}}
}

// notFound returns the error for a thing that does not exist.
//
// Unknown: LangSmith's wording.
func notFound(what string) *apiError { return refuse(http.StatusNotFound, "%s not found", what) }

// issue is one entry of FastAPI's 422.
type issue struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// validationErrors collects all that is wrong with a request.
type validationErrors struct{ issues []issue }

func (f *validationErrors) add(loc []any, kind, format string, args ...any) {
	if len(f.issues) == maxIssues {
		return
	}
	f.issues = append(f.issues, issue{Loc: loc, Msg: fmt.Sprintf(format, args...), Type: kind})
}

// maxIssues bounds the response to a hostile body.
const maxIssues = 100

// err returns a 422 with all issues; nil without issues.
func (f *validationErrors) err() error {
	if len(f.issues) == 0 {
		return nil
	}
	return &apiError{status: http.StatusUnprocessableEntity, body: detail{f.issues}}
}
