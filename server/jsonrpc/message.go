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

// Message is a request, a notification, or the client's answer to a request of the
// server's. Its parts are those of the bytes that were read, which must not change.
type Message struct {
	ID     jsontext.Value // nil where there is none
	Method string         // empty for an answer
	Params map[string]jsontext.Value
	Result jsontext.Value
	Error  jsontext.Value

	// ProtocolVersion and ProgressToken are of the params' _meta.
	ProtocolVersion string
	ProgressToken   jsontext.Value

	version jsontext.Value
	method  jsontext.Value
	params  jsontext.Value
}

// notificationPrefix begins the methods of notifications, which some clients give the id null.
const notificationPrefix = "notifications/"

// byteOrderMark is what editors on Windows put before a file's first line.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Trim returns a message without a byte order mark and blanks around it.
func Trim(data []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(data, byteOrderMark)) }

// Read reads a message and takes over data. The message that comes with an error
// has the id to answer under, where it could be read.
//
// Member names are exact, and given once: a gateway that filters messages must not
// read another method or tool than this server does. An empty list stands for an
// empty object, as PHP writes it, where MCP has an object: for params and directly
// in params, _meta and capabilities.
func Read(data []byte) (Message, *Error) {
	data = Trim(data)
	r := reader{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	var m Message
	isObject := r.next(jsontext.KindBeginObject)
	var invalid error
	if err := r.object(func(name string) error {
		problem, err := m.readMember(r, name)
		if invalid == nil {
			invalid = problem
		}
		return err
	}); err != nil {
		return Message{}, parseError(err)
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return Message{}, parseError(errors.New("something follows the message"))
	}
	nullID := string(m.ID) == "null"
	if nullID {
		m.ID = nil
	}
	switch {
	case !isObject:
		return m, &Error{mcp.INVALID_REQUEST, "not one JSON-RPC message; batches of them are not taken"}
	case invalid != nil:
		return m, &Error{mcp.INVALID_REQUEST, invalid.Error()}
	case m.method != nil && string(m.version) != `"`+mcp.JSONRPC_VERSION+`"`:
		return m, &Error{mcp.INVALID_REQUEST, `not a JSON-RPC message: "jsonrpc" is not "2.0"`}
	case nullID && m.method != nil && !strings.HasPrefix(m.Method, notificationPrefix):
		return m, &Error{mcp.INVALID_REQUEST, `"id" is null, which MCP forbids: give a request an id of its own`}
	case m.Method == "" && !m.IsAnswer():
		return m, &Error{mcp.INVALID_REQUEST, "neither a request nor the answer to one"}
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

// readMember reads one of the message's members. Its problem is with the message,
// its error with the JSON.
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

// paramNames are MCP's own. encoding/json, with which mcp-go reads them, takes
// them in any letters.
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
				problem = fmt.Errorf("params: %q is not a name of MCP's, which are exact: %q", name, paramNames[i])
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

// RawParams are the params as they stand in the message; nil where there are none.
func (m Message) RawParams() json.RawMessage { return json.RawMessage(m.params) }

// IsAnswer reports whether the client answers a request of the server's.
func (m Message) IsAnswer() bool {
	return m.method == nil && m.ID != nil && (m.Result != nil || m.Error != nil)
}

// IsPong reports whether that is the answer to a ping.
func (m Message) IsPong() bool { return m.Error == nil && string(m.Result) == "{}" }

// Name is the name of the tool or of the prompt that is asked for; empty where the
// message is of another kind.
func (m Message) Name() string { return unquote(m.Params["name"]) }

// TaskID is the id of the task that a request is about; empty where it is about none.
func (m Message) TaskID() string {
	switch m.Method {
	case MethodTasksGet, MethodTasksUpdate, MethodTasksCancel:
		return unquote(m.Params["taskId"])
	}
	return ""
}

// unquote returns the text of a string, with U+FFFD for what is no Unicode, and
// nothing for other values.
func unquote(value jsontext.Value) string {
	if value.Kind() != jsontext.KindString {
		return ""
	}
	text, _ := jsontext.AppendUnquote(nil, value) // its syntax was checked when it was read
	return string(text)
}

// forMCP writes the message as mcp-go is to read it: with the members that were
// read here and no others, and without a tool's arguments ([Arguments]). An id
// becomes a string of its bytes, since mcp-go, which finds the call to be cancelled
// by it, takes 7 and "7" for one, as it does large numbers that are near.
func (m Message) forMCP() []byte {
	data := make([]byte, 0, len(m.params)+len(m.ID)+len(m.Method)+64)
	data = append(data, `{"jsonrpc":"2.0"`...)
	switch {
	case m.ID == nil:
	case m.Method == string(mcp.MethodSubscriptionsListen): // whose id the client finds in notifications
		data = append(append(data, `,"id":`...), m.ID...)
	default:
		data = appendText(append(data, `,"id":`...), m.ID)
	}
	data = append(append(data, `,"method":`...), m.method...)
	switch {
	case m.callsTool():
		data = m.appendWithoutArguments(append(data, `,"params":`...))
	case m.Method == string(mcp.MethodNotificationCancelled):
		data = appendText(append(data, `,"params":{"requestId":`...), m.Params["requestId"])
		data = append(data, '}')
	case m.params != nil:
		data = append(append(data, `,"params":`...), m.params...)
	}
	return append(data, '}')
}

// appendText writes text as a JSON string, with U+FFFD for what is no Unicode.
func appendText[T ~string | ~[]byte](data []byte, text T) []byte {
	data, _ = jsontext.AppendQuote(data, text) // its error is that there was such
	return data
}
