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

// maxMessageBytes bounds the text of a response in an error, in bytes.
const maxMessageBytes = 600

// readErrorBody reads the body of an error response. LangSmith and the proxies before
// it use half a dozen formats.
func (e *Error) readErrorBody(body []byte) {
	body = bytes.TrimSpace(body)
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		e.NotJSON = len(body) > 0
		var text string
		if json.Unmarshal(body, &text) == nil {
			e.NotJSON, e.Message = false, truncateLine(text)
		} else if !looksLikeMarkup(body) {
			e.Message = truncateLine(string(body))
		}
		return
	}
	e.readDetail(object["detail"])
	e.readErrorMember(object["error"])
	if e.Message == "" {
		e.Message = firstString(object, "message", "title", "msg")
	}
	// An error of ingestion has an error and its details.
	if details := firstString(object, "details"); e.Message == "" {
		e.Message = details
	} else if details != "" {
		e.Message = truncateLine(e.Message + ": " + details)
	}
	if e.Code == "" {
		e.Code = firstString(object, "code")
	}
}

// isErrorBody reports whether a body has one of LangSmith's error formats: detail,
// error, or the title of RFC 7807.
func isErrorBody(body []byte) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	var parsed Error
	parsed.readDetail(object["detail"])
	parsed.readErrorMember(object["error"])
	return parsed.Code != "" || parsed.Message != "" || len(parsed.Fields) > 0 || firstString(object, "title") != ""
}

// readDetail reads FastAPI's detail: a text, a list of validation errors or an object.
// In RFC 7807 it is a text.
func (e *Error) readDetail(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	var text string
	var list []validationError
	var object map[string]json.RawMessage
	switch {
	case json.Unmarshal(raw, &text) == nil:
		e.Message = truncateLine(text)
	case json.Unmarshal(raw, &list) == nil:
		for _, item := range list[:min(len(list), maxValidationErrors)] {
			e.Fields = append(e.Fields, FieldError{Field: fieldPath(item.Loc), Problem: truncateLine(item.Msg)})
		}
	case json.Unmarshal(raw, &object) == nil:
		e.Message = firstString(object, "message", "msg", "detail")
		e.Code = firstString(object, "error", "code")
	}
}

// maxValidationErrors bounds the validation errors of one response in an error.
const maxValidationErrors = 20

// validationError is one entry of FastAPI's detail. Some services send plain texts.
type validationError struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *validationError) UnmarshalJSON(data []byte) error {
	type plain validationError
	if json.Unmarshal(data, &c.Msg) == nil {
		return nil
	}
	return decode(data, (*plain)(c))
}

// readErrorMember reads the member error: a code, a text or an object.
func (e *Error) readErrorMember(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	var text string
	var object map[string]json.RawMessage
	switch {
	case json.Unmarshal(raw, &text) == nil && isCode(text):
		e.Code = text
	case text != "" && e.Message == "":
		e.Message = truncateLine(text)
	case json.Unmarshal(raw, &object) == nil:
		e.Code = firstString(object, "code", "type")
		if message := firstString(object, "message"); message != "" {
			e.Message = message
		}
	}
}

// fieldPath joins FastAPI's loc, without the leading body, query or path.
func fieldPath(loc []any) string {
	var parts []string
	for i, part := range loc {
		text := fmt.Sprint(part)
		if i == 0 && (text == "body" || text == "query" || text == "path") {
			continue
		}
		parts = append(parts, truncateLine(text))
	}
	return strings.Join(parts, ".")
}

func firstString(object map[string]json.RawMessage, keys ...string) string {
	for _, key := range keys {
		var text string
		if json.Unmarshal(object[key], &text) == nil && text != "" {
			return truncateLine(text)
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

// truncateLine turns text from outside into one line of bounded length.
func truncateLine(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))), " ")
	if len(text) <= maxMessageBytes {
		return text
	}
	cut := maxMessageBytes
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
