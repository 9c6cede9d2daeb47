package sandbox

import (
	"fmt"
	"net/http"
)

// detail is FastAPI's body for an error told in words.
type detail struct {
	Detail any `json:"detail"`
}

// problem is an answer other than success. Handlers return it as their error.
type problem struct {
	status int
	body   any
	header http.Header
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %v", p.status, p.body) }

func refuse(status int, format string, args ...any) *problem {
	return &problem{status: status, body: detail{fmt.Sprintf(format, args...)}}
}

// notFound answers for a thing that is not there, or no longer.
//
// Unknown: LangSmith's wording.
func notFound(what string) *problem { return refuse(http.StatusNotFound, "%s not found", what) }

// issue is one entry of a 422, as FastAPI words it.
type issue struct {
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
	Type string `json:"type"`
}

// findings collects what is wrong with a request, so that one answer tells all.
type findings struct{ issues []issue }

func (f *findings) add(loc []any, kind, format string, args ...any) {
	if len(f.issues) == maxIssues {
		return
	}
	f.issues = append(f.issues, issue{Loc: loc, Msg: fmt.Sprintf(format, args...), Type: kind})
}

// maxIssues keeps the answer to a hostile body small.
const maxIssues = 100

// err is the 422 over all findings, nil if there are none.
func (f *findings) err() error {
	if len(f.issues) == 0 {
		return nil
	}
	return &problem{status: http.StatusUnprocessableEntity, body: detail{f.issues}}
}
