package install

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlShow collects what to write in place of parts of a text.
type tomlShow struct {
	own        []string // the path of the entry
	credential func(string) string
	foreign    bool // replace strings outside the entry, and comments
	parts      []tomlPart
}

type tomlPart struct {
	from, to int
	text     string
}

// show is the text with the entry's credentials replaced and, if foreign, the
// strings outside it and all comments elided.
func (d *tomlDoc) show(own []string, credential func(string) string, foreign bool) []byte {
	s := &tomlShow{own: own, credential: credential, foreign: foreign}
	p := unstable.Parser{KeepComments: true}
	p.Reset(d.src)
	var above []string
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
			above, _, _ = keysOf(e)
		} else {
			s.visit(e, above)
		}
		s.visit(e.Next(), above) // the comment behind it
	}
	slices.SortFunc(s.parts, func(a, b tomlPart) int { return a.from - b.from })
	var out strings.Builder
	done := 0
	for _, part := range s.parts {
		out.Write(d.src[done:part.from])
		out.WriteString(part.text)
		done = part.to
	}
	out.Write(d.src[done:])
	return []byte(out.String())
}

func (s *tomlShow) visit(n *unstable.Node, path []string) {
	if !n.Valid() {
		return
	}
	own := hasPrefix(path, s.own)
	switch n.Kind {
	case unstable.KeyValue:
		keys, _, _ := keysOf(n)
		s.visit(n.Value(), slices.Concat(path, keys))
	case unstable.String:
		switch {
		case own && isVariable(path[len(s.own):]):
			if shown := conceal(path[len(path)-1], string(n.Data), s.credential); shown != string(n.Data) {
				s.replace(n, tomlString(shown))
			}
		case !own && s.foreign:
			s.replace(n, tomlString(ellipsis))
		}
	case unstable.Comment, unstable.Array, unstable.InlineTable:
		if n.Kind == unstable.Comment && s.foreign {
			s.replace(n, "# "+ellipsis)
		}
		for children := n.Children(); children.Next(); {
			s.visit(children.Node(), path)
		}
	}
}

// isVariable tells by its path below the entry what sets a variable.
func isVariable(below []string) bool { return len(below) == 2 && below[0] == "env" }

func (s *tomlShow) replace(n *unstable.Node, text string) {
	from := int(n.Raw.Offset)
	s.parts = append(s.parts, tomlPart{from: from, to: from + int(n.Raw.Length), text: text})
}
