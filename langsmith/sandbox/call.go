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

// call is one request in the hands of its handler, with the sandbox locked.
type call struct {
	findings
	requestState
	s     *Sandbox
	ws    *workspace
	http  *http.Request
	query url.Values
}

// pathID reads an id out of the path.
func (c *call) pathID(name string) uuid.UUID {
	return asUUID(&c.findings, []any{"path", name}, c.http.PathValue(name))
}

// queryID reads an id out of the query; nil where there is none.
func (c *call) queryID(name string) *uuid.UUID {
	if !c.query.Has(name) {
		return nil
	}
	id := asUUID(&c.findings, []any{"query", name}, c.query.Get(name))
	return &id
}

// queryIDs reads a repeated id out of the query.
func (c *call) queryIDs(name string) []uuid.UUID {
	var ids []uuid.UUID
	for i, value := range c.query[name] {
		ids = append(ids, asUUID(&c.findings, []any{"query", name, i}, value))
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
	return asOneOf(allowed...)(&c.findings, []any{"query", name}, c.query.Get(name))
}

// page is what limit and offset cut out of a list.
type page struct{ limit, offset int }

func (c *call) page() page {
	return page{
		limit:  c.queryInt("limit", 100, 1, 100),
		offset: c.queryInt("offset", 0, 0, -1),
	}
}

// queryInt reads a bounded integer out of the query; most < 0 means no upper bound.
func (c *call) queryInt(name string, preset, least, most int) int {
	if !c.query.Has(name) {
		return preset
	}
	loc := []any{"query", name}
	n, err := strconv.Atoi(c.query.Get(name))
	switch {
	case err != nil:
		c.add(loc, "int_parsing", "Input should be a valid integer, unable to parse string as an integer")
	case n < least:
		c.add(loc, "greater_than_equal", "Input should be greater than or equal to %d", least)
	case most >= 0 && n > most:
		c.add(loc, "less_than_equal", "Input should be less than or equal to %d", most)
	}
	return n
}

func slicePage[T any](list []T, p page) []T {
	from := min(p.offset, len(list))
	return list[from:min(from+p.limit, len(list))]
}

// bodyJSON reads the request's JSON, numbers as they were written.
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
	return asObject(&c.findings, []any{"body"}, value)
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

// withoutLock runs something long while others may use the sandbox. What the
// handler found before may have changed after it.
func (c *call) withoutLock(work func()) {
	c.s.mu.Unlock()
	defer c.s.mu.Lock()
	work()
}
