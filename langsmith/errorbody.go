package langsmith

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestMessage bounds how much of an answer's words an error repeats, in bytes.
const longestMessage = 600

// readErrorBody fills in what an answer's body says. LangSmith and what stands
// before it use half a dozen shapes, none of which may be assumed.
func (e *Error) readErrorBody(body []byte) {
	body = bytes.TrimSpace(body)
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		e.NotJSON = len(body) > 0
		var text string
		if json.Unmarshal(body, &text) == nil {
			e.NotJSON, e.Message = false, shorten(text)
		} else if !looksLikeMarkup(body) {
			e.Message = shorten(string(body))
		}
		return
	}
	e.readDetail(object["detail"])
	e.readNamedError(object["error"])
	if e.Message == "" {
		e.Message = firstText(object, "message", "title", "msg")
	}
	// The ingestion's errors are a word and its details.
	if details := firstText(object, "details"); e.Message == "" {
		e.Message = details
	} else if details != "" {
		e.Message = shorten(e.Message + ": " + details)
	}
	if e.Code == "" {
		e.Code = firstText(object, "code")
	}
}

// isErrorBody reports whether a body has one of the forms in which LangSmith
// says what is wrong: detail, error, or RFC 7807's title.
func isErrorBody(body []byte) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	var known Error
	known.readDetail(object["detail"])
	known.readNamedError(object["error"])
	return known.Code != "" || known.Message != "" || len(known.Fields) > 0 || firstText(object, "title") != ""
}

// readDetail reads FastAPI's detail: a text, a list of complaints or an object;
// in RFC 7807 it is a text too.
func (e *Error) readDetail(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	var text string
	var list []complaint
	var object map[string]json.RawMessage
	switch {
	case json.Unmarshal(raw, &text) == nil:
		e.Message = shorten(text)
	case json.Unmarshal(raw, &list) == nil:
		for _, item := range list[:min(len(list), mostComplaints)] {
			e.Fields = append(e.Fields, FieldError{Field: fieldPath(item.Loc), Problem: shorten(item.Msg)})
		}
	case json.Unmarshal(raw, &object) == nil:
		e.Message = firstText(object, "message", "msg", "detail")
		e.Code = firstText(object, "error", "code")
	}
}

// mostComplaints bounds how many complaints of one answer an error repeats.
const mostComplaints = 20

// complaint is one entry of FastAPI's detail; some services give mere texts.
type complaint struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *complaint) UnmarshalJSON(data []byte) error {
	type plain complaint
	if json.Unmarshal(data, &c.Msg) == nil {
		return nil
	}
	return decode(data, (*plain)(c))
}

func (e *Error) readNamedError(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	var text string
	var object map[string]json.RawMessage
	switch {
	case json.Unmarshal(raw, &text) == nil && isCode(text):
		e.Code = text
	case text != "" && e.Message == "":
		e.Message = shorten(text)
	case json.Unmarshal(raw, &object) == nil:
		e.Code = firstText(object, "code", "type")
		if message := firstText(object, "message"); message != "" {
			e.Message = message
		}
	}
}

// fieldPath joins FastAPI's loc, without the part that says where in the
// request it was.
func fieldPath(loc []any) string {
	var parts []string
	for i, part := range loc {
		text := fmt.Sprint(part)
		if i == 0 && (text == "body" || text == "query" || text == "path") {
			continue
		}
		parts = append(parts, shorten(text))
	}
	return strings.Join(parts, ".")
}

func firstText(object map[string]json.RawMessage, keys ...string) string {
	for _, key := range keys {
		var text string
		if json.Unmarshal(object[key], &text) == nil && text != "" {
			return shorten(text)
		}
	}
	return ""
}

func isCode(text string) bool {
	return text != "" && len(text) <= 80 && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

func looksLikeMarkup(body []byte) bool {
	return bytes.HasPrefix(body, []byte("<")) || http.DetectContentType(body) != "text/plain; charset=utf-8"
}

// shorten makes one line of bounded length of words that came from outside.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))), " ")
	if len(text) <= longestMessage {
		return text
	}
	cut := longestMessage
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
