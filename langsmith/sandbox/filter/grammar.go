package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// call is a function with its arguments, which every expression is.
type call struct {
	Name string      `parser:"@Word '('"`
	Args []*argument `parser:"( @@ ( ',' @@ )* )? ')'"`
}

// argument is one argument of a call. Exactly one of its fields is set.
type argument struct {
	Call   *call   `parser:"  @@"`
	String *string `parser:"| @String"`
	Number *string `parser:"| @Number"`
	Word   *string `parser:"| @Word"`
	List   *list   `parser:"| @@"`
}

type list struct {
	Entries []*argument `parser:"'[' ( @@ ( ',' @@ )* )? ']'"`
}

// grammar returns the parser, which it builds once.
var grammar = sync.OnceValue(func() *participle.Parser[call] {
	return participle.MustBuild[call](
		participle.Lexer(lexer.MustSimple([]lexer.SimpleRule{
			{Name: "String", Pattern: `"(\\.|[^"\\])*"|'(\\.|[^'\\])*'`},
			{Name: "Number", Pattern: `[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?`},
			{Name: "Word", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
			{Name: "Punct", Pattern: `[(),\[\]]`},
			{Name: "space", Pattern: `\s+`},
		})),
		participle.UseLookahead(2), // a word is a function only before a parenthesis
	)
})

// syntaxError adds the position to a parser's error.
func syntaxError(err error) error {
	var at participle.Error
	if !errors.As(err, &at) {
		return err
	}
	return fmt.Errorf("at character %d: %s", at.Position().Offset+1, at.Message())
}

// unquote removes the quotes of a string and undoes the escapes of JSON and Python.
func unquote(quoted string) string {
	text := quoted[1 : len(quoted)-1]
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		if text[0] == '\\' && len(text) > 1 && (text[1] == '\'' || text[1] == '"') {
			b.WriteByte(text[1])
			text = text[2:]
			continue
		}
		r, multibyte, rest, err := strconv.UnquoteChar(text, 0)
		switch {
		case err != nil: // keep an invalid escape
			b.WriteByte(text[0])
			text = text[1:]
			continue
		case multibyte || r < 0x80:
			b.WriteRune(r)
		default:
			b.WriteByte(byte(r))
		}
		text = rest
	}
	return b.String()
}
