package install

import (
	"bytes"

	"github.com/tailscale/hujson"
)

func (f jsonFormat) scrub(src []byte, server string) []byte {
	d, err := parseJSON(src)
	if err != nil || d.blank {
		return src
	}
	f.walk(d, server, func(string) string { return redacted }, nil)
	return d.bytes()
}

func (f jsonFormat) elide(src []byte, server string, key Secret) []byte {
	d, err := parseJSON(src)
	if err != nil || d.blank {
		return nil
	}
	f.walk(d, server,
		func(value string) string { return showSecret(value, key) },
		func(v *hujson.Value) {
			v.BeforeExtra, v.AfterExtra = elideComments(v.BeforeExtra), elideComments(v.AfterExtra)
			switch lit := v.Value.(type) {
			case *hujson.Object:
				lit.AfterExtra = elideComments(lit.AfterExtra)
			case *hujson.Array:
				lit.AfterExtra = elideComments(lit.AfterExtra)
			case hujson.Literal:
				if lit.Kind() == '"' {
					v.Value = hujson.String(ellipsis)
				}
			}
		})
	return d.bytes()
}

// walk replaces the credentials of the server's entry with what credential
// returns for them, takes passwords out of it, and calls foreign, if any, for
// every value outside the entry and its prompt.
func (f jsonFormat) walk(d *jsonDoc, server string, credential func(string) string, foreign func(*hujson.Value)) {
	var visit func(v *hujson.Value, path []string, own bool)
	visit = func(v *hujson.Value, path []string, own bool) {
		if len(path) == 2 && !own {
			own = path[0] == f.servers && path[1] == server || path[0] == inputsKey && d.hasID(*v, promptID(server))
		}
		if own && len(path) == 4 && path[2] == "env" {
			if lit, ok := v.Value.(hujson.Literal); ok && lit.Kind() == '"' && !isReference(lit.String()) {
				if shown := conceal(path[3], lit.String(), credential); shown != lit.String() {
					v.Value = hujson.String(shown)
				}
			}
		}
		foreigner := !own && foreign != nil
		if foreigner {
			foreign(v)
		}
		switch comp := v.Value.(type) {
		case *hujson.Object:
			for i := range comp.Members {
				m := &comp.Members[i]
				if foreigner {
					m.Name.BeforeExtra = elideComments(m.Name.BeforeExtra)
					m.Name.AfterExtra = elideComments(m.Name.AfterExtra)
				}
				visit(&m.Value, append(path, memberName(*m)), own)
			}
		case *hujson.Array:
			for i := range comp.Elements {
				visit(&comp.Elements[i], append(path, ""), own)
			}
		}
	}
	visit(&d.root, nil, false)
}

// elideComments keeps the lines of the comments in extra, not what they say.
func elideComments(extra hujson.Extra) hujson.Extra {
	if bytes.IndexByte(extra, '/') < 0 {
		return extra
	}
	var out hujson.Extra
	for rest := extra; len(rest) > 0; {
		start := bytes.IndexByte(rest, '/')
		if start < 0 {
			return append(out, rest...)
		}
		out = append(out, rest[:start]...)
		rest = rest[start:]
		if bytes.HasPrefix(rest, []byte("//")) {
			end := bytes.IndexByte(rest, '\n')
			out, rest = append(out, "// "+ellipsis...), rest[end:]
			continue
		}
		end := bytes.Index(rest, []byte("*/")) + len("*/")
		lines := bytes.Count(rest[:end], []byte("\n"))
		out = append(append(append(out, "/* "+ellipsis...), bytes.Repeat([]byte("\n"), lines)...), " */"...)
		rest = rest[end:]
	}
	return out
}

// hasComments reports whether src is JSON that a plain reader refuses.
func hasComments(src []byte) bool {
	d, err := parseJSON(src)
	return err == nil && !d.root.IsStandard()
}
