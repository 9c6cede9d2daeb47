package langsmith

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// operation is one request before it is sent.
type operation struct {
	method     string
	root       apiRoot
	path       string // relative to the root; it needs no escaping
	query      url.Values
	body       any // marshalled as JSON; nil for none
	repeatable bool
	mayRetry   func(context.Context) bool // called before each retry; nil for true
}

// apiRoot is the base of an operation's path.
type apiRoot int

const (
	v1Root          apiRoot = iota // /api/v1
	v2Root                         // /api/v2
	unversionedRoot                // outside /api/v1: see [roots]
)

// fullPath returns the path for errors: relative to /api/v1, or beginning with /api/v2.
func (op operation) fullPath() string {
	if op.root == v2Root {
		return v2 + op.path
	}
	return op.path
}

// refuse returns the error of an operation that was not sent.
func (op operation) refuse(err error) *Error {
	return &Error{Method: op.method, Path: op.fullPath(), Unprocessed: true, Err: err}
}

// failure returns the error of an attempt that is retried.
func (op operation) failure(response *http.Response, err error) *Error {
	failure := &Error{Method: op.method, Path: op.fullPath()}
	if err != nil {
		failure.Err = err
		return failure
	}
	failure.Status = response.StatusCode
	failure.RetryAfter = parseRetryAfter(response.Header, time.Now())
	if body, err := readBody(response); err == nil {
		failure.readErrorBody(body)
	}
	return failure
}

// readOperation returns a GET operation.
func readOperation(path string, query url.Values) operation {
	return operation{method: http.MethodGet, path: path, query: query, repeatable: true}
}

// send sends an operation and decodes its response.
func send[T any](ctx context.Context, c *Client, op operation) (*T, error) {
	out := new(T)
	if _, err := c.do(ctx, op, out); err != nil {
		return nil, err
	}
	return out, nil
}

// get reads one object.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return send[T](ctx, c, readOperation(path, query))
}

// getList reads a response that is an array.
func getList[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	body, err := get[list[T]](ctx, c, path, query)
	if err != nil {
		return nil, err
	}
	return body.items, nil
}

// remove deletes the object at a path. A repeated request has no further effect; its
// response is a 404.
func remove(ctx context.Context, c *Client, path string) (*Deleted, error) {
	return send[Deleted](ctx, c, operation{method: http.MethodDelete, path: path, repeatable: true})
}

// pageQuery returns the query of a list; 0 is the API's default.
func pageQuery(limit, offset int) url.Values {
	query := url.Values{}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	return query
}
