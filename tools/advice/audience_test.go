package advice

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"langsmith-insights-mcp/langsmith"
)

// forOperators matches what only the operator of a server can set, call or know.
var forOperators = regexp.MustCompile(`LANGSMITH_|HTTPS_PROXY|doctor|langsmith auth|10\.1\.2\.3|sso\.internal|profile`)

// TestAdviceOverHTTPNamesNoSettings checks that advice for a caller over HTTP asks
// for headers or sends them to the operator, and shows no address inside the operator's network.
func TestAdviceOverHTTPNamesNoSettings(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 443}, Err: syscall.ECONNREFUSED}
	client := langsmith.New(langsmith.Options{Credentials: langsmith.Credentials{APIKey: "lsv2_pt_test"}})
	const run = "/runs/11111111-1111-4111-8111-111111111111"
	for _, test := range []struct {
		err              error
		keyHolder, guest string
	}{
		{&langsmith.Error{Err: dial}, "the connection was refused", "If it persists, tell this server's operator"},
		{&langsmith.Error{Status: 401}, "check the header X-API-Key", "operator, or send a LangSmith key of your own"},
		{&langsmith.Error{Status: 403}, "set the header X-Tenant-Id", "operator, or send a LangSmith key of your own"},
		{&langsmith.Error{Status: 403, Code: "org_scoped_key_requires_workspace"}, "Set the header X-Tenant-Id", "operator"},
		{&langsmith.Error{Status: 301, Err: fmt.Errorf("redirected to https://sso.internal")}, "operator that LangSmith's address redirects", "operator"},
		{&langsmith.Error{Status: 200, NotJSON: true, Err: dial}, "If it persists", "If it persists"},
		{&langsmith.Error{Status: 200}, "operator that the address", "operator that the address"},
		{&langsmith.Error{Status: 404, NotJSON: true}, "operator that the address", "operator that the address"},
		{&langsmith.Error{Status: 404, Path: "/elsewhere"}, "operator that the address", "operator that the address"},
		{&langsmith.Error{Status: 501}, "operator that it needs an update", "operator that it needs an update"},
		{&langsmith.Error{Status: 501, Path: run, Err: langsmith.ErrRunNeedsProject}, "call get_run again", "call get_run again"},
		{&langsmith.Error{Err: &langsmith.LoginError{Err: fmt.Errorf("profile work has expired")}}, "", "operator that its login"},
		{langsmith.ErrNoCredentials, "", "send your key in the header X-API-Key"},
	} {
		for audience, want := range map[Audience]string{KeyHolder: test.keyHolder, Guest: test.guest} {
			got := audience.Explain(client, test.err)
			if found := forOperators.FindString(got); found != "" || !strings.Contains(got, want) {
				t.Errorf("%v, to audience %d: %q is for operators, or it lacks %q:\n%s", test.err, audience, found, want, got)
			}
			if cause := audience.Cause(test.err); want != "" && strings.Contains(cause, "10.1.2.3") {
				t.Errorf("the cause shows an address: %s", cause)
			}
		}
	}
	if said := Operator.Explain(client, &langsmith.Error{Err: dial}); !strings.Contains(said, "10.1.2.3") || !strings.Contains(said, "doctor") {
		t.Errorf("the advice for an operator is %s", said)
	}
	for audience, want := range map[Audience]string{Operator: "LANGSMITH_WORKSPACE_ID", KeyHolder: "the header X-Tenant-Id", Guest: "X-API-Key"} {
		if got := audience.SuggestOtherWorkspace(); !strings.Contains(got, want) {
			t.Errorf("the advice for audience %d is %s", audience, got)
		}
	}
}
