package langsmith

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// operation is one request before it is sent.
type operation struct {
	method     string
	root       apiRoot
	path       string // below the root, of plain characters: the API's own words and UUIDs
	query      url.Values
	body       any // marshalled as JSON; nil for none
	repeatable bool
	mayResend  func(context.Context) bool // asked before each sending after the first; nil for always
}

// apiRoot is what an operation's path is below.
type apiRoot int

const (
	v1Root     apiRoot = iota // /api/v1
	v2Root                    // /api/v2
	besideRoot                // beside /api/v1: see [roots]
)

// fullPath is the path as errors tell it: below /api/v1 unless it says otherwise.
func (op operation) fullPath() string {
	if op.root == v2Root {
		return v2 + op.path
	}
	return op.path
}

// refuse is the error of an operation that was not sent.
func (op operation) refuse(err error) *Error {
	return &Error{Method: op.method, Path: op.fullPath(), Unprocessed: true, Err: err}
}

// readOperation is an operation that only reads.
func readOperation(path string, query url.Values) operation {
	return operation{method: http.MethodGet, path: path, query: query, repeatable: true}
}

// send is the shape of an operation with one object as its answer.
func send[T any](ctx context.Context, c *Client, op operation) (*T, error) {
	out := new(T)
	if _, err := c.do(ctx, op, out); err != nil {
		return nil, err
	}
	return out, nil
}

// get is the shape of every operation that only reads one thing.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return send[T](ctx, c, readOperation(path, query))
}

// all is the shape of an operation that answers with a bare array.
func all[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	body, err := get[list[T]](ctx, c, path, query)
	if err != nil {
		return nil, err
	}
	return body.items, nil
}

// remove deletes what the path names. Sent twice it is deleted all the same,
// and the second answer is then a 404.
func remove(ctx context.Context, c *Client, path string) (*Deleted, error) {
	return send[Deleted](ctx, c, operation{method: http.MethodDelete, path: path, repeatable: true})
}

// page is the query of a list; 0 leaves a bound to the API.
func page(limit, offset int) url.Values {
	query := url.Values{}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	return query
}
