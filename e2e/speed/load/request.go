package load

import "strconv"

// callName returns the name of a call's job, which is unique.
func callName(call int64) string { return string(appendName(nil, call)) }

func appendName(b []byte, call int64) []byte {
	return strconv.AppendInt(append(b, "Weekly report "...), call, 10)
}

// requestFields are the fields of the request after its name: 11 of the 17, of a typical
// size.
const requestFields = `,"last_n_hours":168,"hierarchy":[5,20],"partitions":{` +
	`"Billing":"Invoices, refunds, payment methods and disputes about them.",` +
	`"Accounts":"Signing in, identity checks, closing an account.",` +
	`"Other":"Whatever fits none of these."},"sample":200,` +
	`"summary_prompt":"Say in two sentences what the user wanted and whether they got it: {{run.inputs}} {{run.outputs}}",` +
	`"filter":"eq(is_root, true)","attribute_schemas":{` +
	`"resolved":{"type":"boolean","description":"Whether the user's question was answered in the end."},` +
	`"language":{"type":"string","description":"The language in which the user wrote, as an ISO code."}},` +
	`"user_context":{"How are your agent traces structured?":"Each trace is one turn of a support chat, with the tools that the agent called.",` +
	`"What would you like to learn about your agent?":"Why do some customers have to ask for the same refund three times?"},` +
	`"model":"openai","validate_model_secrets":true`

// Body returns the body of a call's POST request.
func Body(call int64) []byte { return appendBody(nil, call) }

func appendBody(b []byte, call int64) []byte {
	b = appendName(append(b, `{"name":"`...), call)
	return append(append(append(b, '"'), requestFields...), '}')
}

// appendCall appends the JSON-RPC request of a call. Its id is the call's number.
func appendCall(b []byte, call int64, project string) []byte {
	b = strconv.AppendInt(append(b, `{"jsonrpc":"2.0","id":`...), call, 10)
	b = append(b, `,"method":"tools/call","params":{"name":"create_insights_job","arguments":{"session_id":"`...)
	b = append(append(b, project...), `","name":"`...)
	b = appendName(b, call)
	return append(append(append(b, '"'), requestFields...), "}}}"...)
}

// protocol is the protocol version of all measured servers.
const protocol = "2025-11-25"

const (
	initialize = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"` + protocol +
		`","capabilities":{},"clientInfo":{"name":"speed","version":"1.0.0"}}}`
	initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	listTools   = `{"jsonrpc":"2.0","id":0,"method":"tools/list"}`
)
