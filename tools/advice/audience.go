package advice

import "langsmith-insights-mcp/langsmith"

// Audience is the reader of an error. It decides what an error can ask for, and what it
// may show of this server.
type Audience int

const (
	// Operator starts this server and can change its settings: a caller over stdio, and
	// the reader of doctor.
	Operator Audience = iota
	// KeyHolder calls over HTTP with LangSmith credentials of their own.
	KeyHolder
	// Guest calls over HTTP on the operator's LangSmith credentials.
	Guest
)

// headers are the headers that a [KeyHolder] sends instead of setting variables.
var headers = map[string]string{
	"LANGSMITH_API_KEY":      "the header X-API-Key",
	"LANGSMITH_WORKSPACE_ID": "the header X-Tenant-Id",
	"LANGSMITH_ENDPOINT":     "the header LANGSMITH-ENDPOINT",
}

// setting returns what the audience sets instead of a variable of the operator.
func (a Audience) setting(variable string) string {
	if a == KeyHolder {
		return headers[variable]
	}
	return variable
}

// tell returns the advice for an operator. For a caller over HTTP it asks to tell the
// operator the problem.
func (a Audience) tell(problem, advice string) string {
	if a == Operator {
		return advice
	}
	return "Tell this server's operator that " + problem + "."
}

// SuggestOtherWorkspace says how to read projects of another workspace or region.
func (a Audience) SuggestOtherWorkspace() string {
	if a == Guest {
		return "This server's operator has chosen the workspace; a LangSmith key of your own in the header X-API-Key reads yours."
	}
	return "Another workspace is chosen with " + a.setting("LANGSMITH_WORKSPACE_ID") + ", another region with " + a.setting("LANGSMITH_ENDPOINT") + "."
}

// describeFailure says why there is no response, as a clause.
func (a Audience) describeFailure(err *langsmith.Error) string {
	if err.Err != nil && (a == Operator || err.RetryAfter > 0) { // the latter is a limit of this client
		return err.Err.Error()
	}
	return DescribeFailure(err)
}

// DescribeFailure says why there is no response, as a clause, without an address of the
// operator's network.
func DescribeFailure(err *langsmith.Error) string {
	switch err.Failure() {
	case "proxy":
		return "the proxy did not connect"
	case "dns":
		return "its name was not found"
	case "refused":
		return "the connection was refused"
	case "tls":
		return "no secure connection could be made"
	case "timeout":
		return "it did not answer in time"
	case "closed":
		return "the connection broke"
	}
	return "there was no response"
}
