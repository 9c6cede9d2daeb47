package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mark3labs/mcp-go/mcp"
)

// Message is a request, a notification, or the client's response to a request by the server.
// Its parts point into the bytes that were read, which must not change.
type Message struct {
	ID     jsontext.Value // nil if there is none
	Method string         // empty for a response
	Params map[string]jsontext.Value
	Result jsontext.Value
	Error  jsontext.Value

	// ProtocolVersion and ProgressToken are from the params' _meta.
	ProtocolVersion string
	ProgressToken   jsontext.Value

	version jsontext.Value
	method  jsontext.Value
	params  jsontext.Value
}

// notificationPrefix begins the methods of notifications. Some clients send them with the id
// null.
const notificationPrefix = "notifications/"

// byteOrderMark begins files of some editors on Windows.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Trim returns a message without a byte order mark and surrounding white space.
func Trim(data []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(data, byteOrderMark)) }

// Read reads a message. It keeps and may change data. With an error it returns a message
// that has the id for the error's response, if the id could be read.
//
// The names of members are case-sensitive and must not repeat: otherwise a gateway that
// filters messages could see another method or tool than this server. An empty array counts
// as an empty object, which PHP encodes so, for params and for the members of params, _meta
// and capabilities.
func Read(data []byte) (*Message, *Error) {
	data = Trim(data)
	r := reader{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	m := &Message{}
	isObject := r.next(jsontext.KindBeginObject)
	var invalid error
	if err := r.object(func(name string) error {
		problem, err := m.readMember(r, name)
		if invalid == nil {
			invalid = problem
		}
		return err
	}); err != nil {
		return &Message{}, parseError(err)
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return &Message{}, parseError(errors.New("there is more than one message"))
	}
	nullID := string(m.ID) == "null"
	if nullID {
		m.ID = nil
	}
	switch {
	case !isObject:
		return m, &Error{mcp.INVALID_REQUEST, "not a single JSON-RPC message; batches are not supported"}
	case invalid != nil:
		return m, &Error{mcp.INVALID_REQUEST, invalid.Error()}
	case m.method != nil && string(m.version) != `"`+mcp.JSONRPC_VERSION+`"`:
		return m, &Error{mcp.INVALID_REQUEST, `not a JSON-RPC message: "jsonrpc" is not "2.0"`}
	case nullID && m.method != nil && !strings.HasPrefix(m.Method, notificationPrefix):
		return m, &Error{mcp.INVALID_REQUEST, `"id" is null, which MCP forbids: give a request an id of its own`}
	case m.Method == "" && !m.IsResponse():
		return m, &Error{mcp.INVALID_REQUEST, "neither a request nor a response"}
	}
	for _, part := range []jsontext.Value{m.params, m.Result, m.Error} {
		if err := checkBounds(part); err != nil {
			return m, &Error{mcp.INVALID_REQUEST, err.Error()}
		}
	}
	return m, nil
}

func parseError(err error) *Error {
	return &Error{mcp.PARSE_ERROR, "the message is not valid JSON: " + err.Error()}
}

// readMember reads one of the message's members. problem is an error in the message, err one
// in the JSON.
func (m *Message) readMember(r reader, name string) (problem, err error) {
	var part *jsontext.Value
	switch name {
	case "jsonrpc":
		part = &m.version
	case "id":
		part = &m.ID
	case "method":
		part = &m.method
	case "params":
		part = &m.params
	case "result":
		part = &m.Result
	case "error":
		part = &m.Error
	default:
		return nil, r.decoder.SkipValue()
	}
	if *part != nil {
		*part = nil
		return fmt.Errorf("%q is given twice", name), r.decoder.SkipValue()
	}
	if part == &m.params && r.next(jsontext.KindBeginObject) {
		return m.readParams(r)
	}
	*part, err = r.value()
	switch part {
	case &m.method:
		m.Method = unquote(m.method)
	case &m.params:
		emptyObject(m.params)
	}
	return nil, err
}

// paramNames are the params of MCP. mcp-go reads them with encoding/json, which ignores
// case.
var paramNames = []string{
	"_meta", "name", "arguments", "uri", "cursor", "ref", "argument", "context", "level", "protocolVersion", "capabilities",
	"clientInfo", "requestId", "reason", "task", "taskId", "inputResponses", "requestState", "notifications",
}

func (m *Message) readParams(r reader) (problem, err error) {
	start := r.offset()
	m.Params = map[string]jsontext.Value{}
	err = r.object(func(name string) error {
		if _, twice := m.Params[name]; twice {
			problem = fmt.Errorf("params: %q is given twice", name)
		} else if !slices.Contains(paramNames, name) {
			if i := slices.IndexFunc(paramNames, func(known string) bool { return strings.EqualFold(name, known) }); i >= 0 {
				problem = fmt.Errorf("params: %q must be spelled %q", name, paramNames[i])
			}
		}
		if (name == "_meta" || name == "capabilities") && r.next(jsontext.KindBeginObject) {
			from := r.offset()
			err := r.object(func(key string) error {
				value, err := r.value()
				emptyObject(value)
				switch kind := value.Kind(); {
				case name == "_meta" && key == "progressToken" && (kind == jsontext.KindString || kind == jsontext.KindNumber):
					m.ProgressToken = value
				case name == "_meta" && key == mcp.MetaKeyProtocolVersion:
					m.ProtocolVersion = unquote(value)
				}
				return err
			})
			m.Params[name] = r.since(from)
			return err
		}
		value, err := r.value()
		emptyObject(value)
		m.Params[name] = value
		return err
	})
	m.params = r.since(start)
	return problem, err
}

// emptyObject turns an empty list into an empty object, in place.
func emptyObject(value jsontext.Value) {
	if value.Kind() == jsontext.KindBeginArray && len(bytes.TrimSpace(value[1:len(value)-1])) == 0 {
		value[0], value[len(value)-1] = '{', '}'
	}
}

// RawParams returns the bytes of the params; nil if there are none.
func (m *Message) RawParams() json.RawMessage { return json.RawMessage(m.params) }

// IsResponse reports whether the message is a response to a request by the server.
func (m *Message) IsResponse() bool {
	return m.method == nil && m.ID != nil && (m.Result != nil || m.Error != nil)
}

// IsPong reports whether a response can be that to a ping.
func (m *Message) IsPong() bool { return m.Error == nil && string(m.Result) == "{}" }

// Name returns the name of the tool or prompt that is requested; empty for other messages.
func (m *Message) Name() string { return unquote(m.Params["name"]) }

// TaskID returns the id of the task that a request is about; empty for other requests.
func (m *Message) TaskID() string {
	switch m.Method {
	case MethodTasksGet, MethodTasksUpdate, MethodTasksCancel:
		return unquote(m.Params["taskId"])
	}
	return ""
}

// unquote returns the text of a JSON string, with U+FFFD for invalid Unicode; empty for
// other values.
func unquote(value jsontext.Value) string {
	if value.Kind() != jsontext.KindString {
		return ""
	}
	text, _ := jsontext.AppendUnquote(nil, value) // cannot fail: the syntax has been checked
	return string(text)
}

// usualMessage is the usual size of a message for mcp-go, in bytes.
const usualMessage = 256

// forMCP encodes the message for mcp-go: with the known members only, and without a tool's
// arguments ([Arguments]). An id becomes a string of its bytes, because mcp-go, which finds
// a call to cancel by its id, treats 7 and "7" as the same id, and large numbers that differ
// little.
func (m *Message) forMCP() []byte {
	data := append(make([]byte, 0, usualMessage), `{"jsonrpc":"2.0"`...)
	switch {
	case m.ID == nil:
	case m.Method == string(mcp.MethodSubscriptionsListen): // notifications have its id
		data = append(append(data, `,"id":`...), m.ID...)
	default:
		data = appendText(append(data, `,"id":`...), m.ID)
	}
	data = append(append(data, `,"method":`...), m.method...)
	switch {
	case m.isToolCall():
		data = m.appendWithoutArguments(append(data, `,"params":`...))
	case m.Method == string(mcp.MethodNotificationCancelled):
		data = appendText(append(data, `,"params":{"requestId":`...), m.Params["requestId"])
		data = append(data, '}')
	case m.params != nil:
		data = append(append(data, `,"params":`...), m.params...)
	}
	return append(data, '}')
}

// appendText appends text as a JSON string, with U+FFFD for invalid Unicode.
func appendText[T ~string | ~[]byte](data []byte, text T) []byte {
	data, _ = jsontext.AppendQuote(data, text) // the error reports invalid Unicode
	return data
}
