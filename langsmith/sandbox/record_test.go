package sandbox_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestNoRecord(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		a := newAPI(t, sandbox.Options{NoRecord: off})
		a.get("/sessions")
		if n := len(a.s.Requests()); (n == 0) != off {
			t.Errorf("NoRecord %t: %d requests are recorded", off, n)
		}
	}
}

// record appends an exchange to the file that SANDBOX_EXCHANGES names. The module
// e2e/validators runs the tests with it, and validates every exchange against LangSmith's
// OpenAPI document.
func record(t *testing.T, req *http.Request, body []byte, resp *http.Response, answer []byte) {
	t.Helper()
	path := os.Getenv("SANDBOX_EXCHANGES")
	if path == "" {
		return
	}
	line, err := json.Marshal(map[string]any{
		"test": t.Name(), "method": req.Method, "url": req.URL.String(), "header": req.Header, "body": body,
		"status": resp.StatusCode, "answer_header": resp.Header, "answer": answer,
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(append(line, '\n')); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}
