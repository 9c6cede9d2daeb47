package install

import (
	"bytes"

	"github.com/tailscale/hujson"
)

// items is what objects and arrays have in common: a row of items with white
// space and comments around them. The row's end is what stands between the last
// item, or its trailing comma, and the closing bracket.
type items struct {
	n             int
	before, after func(i int) *hujson.Extra
	end           *hujson.Extra
}

func members(o *hujson.Object) items {
	return items{
		n:      len(o.Members),
		before: func(i int) *hujson.Extra { return &o.Members[i].Name.BeforeExtra },
		after:  func(i int) *hujson.Extra { return &o.Members[i].Value.AfterExtra },
		end:    &o.AfterExtra,
	}
}

func elements(a *hujson.Array) items {
	return items{
		n:      len(a.Elements),
		before: func(i int) *hujson.Extra { return &a.Elements[i].BeforeExtra },
		after:  func(i int) *hujson.Extra { return &a.Elements[i].AfterExtra },
		end:    &a.AfterExtra,
	}
}

// slot makes room for one more item at the end, and returns what goes around it.
// A comment behind the last item stays behind that item, and a trailing comma a
// trailing comma.
func (d *jsonDoc) slot(row items, indent, outer string) (before, after hujson.Extra) {
	comments, closing := splitEnd(*row.end)
	lines := !d.inline
	if row.n > 0 {
		lines = bytes.ContainsRune(*row.before(0), '\n') || bytes.ContainsRune(*row.end, '\n')
		if *row.after(row.n - 1) != nil { // how hujson tells a trailing comma
			after = hujson.Extra{}
		}
	}
	before = comments
	switch {
	case lines:
		before = append(before, d.newline+indent...)
	case row.n > 0:
		before = append(before, d.space...)
	}
	if lines && row.n == 0 {
		closing = hujson.Extra(d.newline + outer)
	}
	*row.end = closing
	return before, after
}

// cut closes the gap that item i leaves; the caller then deletes it. Comments
// around the item stay.
func (d *jsonDoc) cut(row items, i int) {
	above, _ := splitEnd(*row.before(i))
	behind, _ := splitEnd(*row.after(i))
	kept := append(above, behind...)
	if i < row.n-1 {
		*row.before(i + 1) = d.join(kept, *row.before(i + 1))
		return
	}
	trailing := *row.after(i) != nil
	if i > 0 {
		last := row.after(i - 1)
		switch {
		case trailing && *last == nil:
			*last = hujson.Extra{}
		case !trailing && *last != nil:
			kept = append(append(hujson.Extra{}, *last...), kept...)
			*last = nil
		}
	}
	*row.end = d.join(kept, *row.end)
	if row.n == 1 && len(bytes.TrimSpace(*row.end)) == 0 {
		*row.end = nil
	}
}

// join puts comments before space, on a line of their own end: the last may be
// one that runs to the end of its line.
func (d *jsonDoc) join(comments, space hujson.Extra) hujson.Extra {
	if len(comments) == 0 {
		return space
	}
	if !bytes.HasPrefix(bytes.TrimLeft(space, " \t\r"), []byte("\n")) {
		comments = append(comments, d.newline...)
	}
	return append(comments, space...)
}

// splitEnd parts the comments from the white space behind them.
func splitEnd(extra hujson.Extra) (comments, space hujson.Extra) {
	n := len(bytes.TrimRight(extra, " \t\r\n"))
	return bytes.Clone(extra[:n]), bytes.Clone(extra[n:])
}

// lineIndent is the white space between the last newline of extra and its end,
// if there is a newline and nothing but white space.
func lineIndent(extra hujson.Extra) (string, bool) {
	i := bytes.LastIndexByte(extra, '\n')
	if i < 0 {
		return "", false
	}
	indent := extra[i+1:]
	return string(indent), len(bytes.TrimSpace(indent)) == 0
}
