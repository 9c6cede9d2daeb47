package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
)

// call is one request as its handler sees it. The sandbox is locked meanwhile.
type call struct {
	validationErrors
	requestState
	s     *Sandbox
	ws    *workspace
	http  *http.Request
	query url.Values
}

// pathID reads an id from the path.
func (c *call) pathID(name string) uuid.UUID {
	return asUUID(&c.validationErrors, []any{"path", name}, c.http.PathValue(name))
}

// queryID reads an id from the query; nil for none.
func (c *call) queryID(name string) *uuid.UUID {
	if !c.query.Has(name) {
		return nil
	}
	id := asUUID(&c.validationErrors, []any{"query", name}, c.query.Get(name))
	return &id
}

// queryIDs reads a repeated id from the query.
func (c *call) queryIDs(name string) []uuid.UUID {
	var ids []uuid.UUID
	for i, value := range c.query[name] {
		ids = append(ids, asUUID(&c.validationErrors, []any{"query", name, i}, value))
	}
	return ids
}

func (c *call) queryBool(name string) (value, given bool) {
	if !c.query.Has(name) {
		return false, false
	}
	switch c.query.Get(name) {
	case "true", "True", "1", "yes", "on":
		return true, true
	case "false", "False", "0", "no", "off":
		return false, true
	}
	c.add([]any{"query", name}, "bool_parsing", "Input should be a valid boolean, unable to interpret input")
	return false, true
}

func (c *call) queryOneOf(name string, allowed ...string) string {
	if !c.query.Has(name) {
		return ""
	}
	return asOneOf(allowed...)(&c.validationErrors, []any{"query", name}, c.query.Get(name))
}

// page is a range of a list.
type page struct{ limit, offset int }

func (c *call) page() page {
	return page{
		limit:  c.queryInt("limit", 100, 1, 100),
		offset: c.queryInt("offset", 0, 0, -1),
	}
}

// queryInt reads a bounded integer from the query; high < 0 means no upper bound.
func (c *call) queryInt(name string, defaultValue, low, high int) int {
	if !c.query.Has(name) {
		return defaultValue
	}
	loc := []any{"query", name}
	n, err := strconv.Atoi(c.query.Get(name))
	switch {
	case err != nil:
		c.add(loc, "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
	case n < low:
		c.add(loc, "greater_than_equal", "Input should be greater than or equal to %d", low)
	case high >= 0 && n > high:
		c.add(loc, "less_than_equal", "Input should be less than or equal to %d", high)
	}
	return n
}

func cutPage[T any](list []T, p page) []T {
	from := min(p.offset, len(list))
	return list[from:min(from+p.limit, len(list))]
}

// bodyJSON reads the request's JSON, with numbers as they were written.
func (c *call) bodyJSON() any {
	value, err := decode(c.raw)
	if err != nil {
		c.add([]any{"body"}, "json_invalid", "JSON decode error")
	}
	return value
}

// bodyObject reads the request's JSON object.
func (c *call) bodyObject() object {
	before := len(c.issues)
	value := c.bodyJSON()
	if len(c.issues) > before {
		return object{}
	}
	return asObject(&c.validationErrors, []any{"body"}, value)
}

func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errTrailing
	}
	return value, nil
}

// runUnlocked runs a long computation with the sandbox unlocked. What the handler read
// before may have changed afterwards.
func (c *call) runUnlocked(work func()) {
	c.s.mu.Unlock()
	defer c.s.mu.Lock()
	work()
}
