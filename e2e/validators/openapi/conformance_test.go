package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
)

// TestSandboxMatchesOpenAPIDocument runs the sandbox's tests and compares every exchange
// that they record with LangSmith's OpenAPI document. Together they must have a response
// of every operation and every status in the document.
func TestSandboxMatchesOpenAPIDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "exchanges")
	tests := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./langsmith/sandbox")
	tests.Dir = filepath.Join("..", "..", "..")
	tests.Env = append(os.Environ(), "SANDBOX_EXCHANGES="+path)
	if out, err := tests.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	j := newChecker(t)
	count := 0
	for decoder := json.NewDecoder(file); ; count++ {
		var e exchange
		if err := decoder.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if err := j.check(e); err != nil {
			t.Errorf("%s: %s %s: %v", e.Test, e.Method, e.URL, err)
		}
	}
	t.Logf("%d exchanges", count)
	if missing := j.listUncovered(); len(missing) > 0 {
		t.Errorf("no test had these answers:\n  %s", strings.Join(missing, "\n  "))
	}
}

// exchange is a request and its response, as recorded by the sandbox's tests.
type exchange struct {
	Test         string
	Method, URL  string
	Header       http.Header
	Body         []byte
	Status       int
	AnswerHeader http.Header `json:"answer_header"`
	Answer       []byte
}

// checker compares the sandbox's responses with the OpenAPI document.
type checker struct {
	documents map[string]any
	validator validator.Validator
	seen      map[string]bool // "METHOD path status"
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "langsmith", "sandbox", "testdata", "langsmith-insights-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions(), config.WithoutSecurityValidation(),
		config.WithStrictMode(), config.WithStrictIgnorePaths(openPaths()...))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var parsed struct {
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(raw, &parsed); err != nil {
		t.Fatal(err)
	}
	return &checker{documents: parsed.Paths, validator: v, seen: map[string]bool{}}
}

// openPaths are the parts of bodies whose fields the document does not define. Elsewhere an
// undefined field is an error.
func openPaths() []string {
	paths := []string{"$.headers.**", "$.body.runs[*].**"}
	for _, field := range []string{
		"inputs", "outputs", "extra", "metadata", "feedback_stats", "cursors", "shape", "stats",
		"partitions", "attribute_schemas", "user_context", "instance_flags", "batch_ingest_config",
	} {
		paths = append(paths, "$.body."+field+".**", "$.body.**."+field+".**", "$.body[*]."+field+".**", "$.body[*].**."+field+".**")
	}
	return paths
}

// isUnspecified reports whether LangSmith documents an operation only in words.
func isUnspecified(method, path string) bool {
	return method == "GET" && (strings.HasSuffix(path, "/examples") ||
		strings.Contains(path, "/annotation-queues/") && strings.HasSuffix(path, "/runs"))
}

// listUncovered lists the responses of the document that no test had, except those that the
// sandbox never returns.
func (j *checker) listUncovered() []string {
	var missing []string
	for path, operations := range j.documents {
		for method, operation := range operations.(map[string]any) {
			responses := operation.(map[string]any)["responses"].(map[string]any)
			for status := range responses {
				key := strings.ToUpper(method) + " " + path + " " + status
				if !j.seen[key] && !neverReturned(key) {
					missing = append(missing, key)
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}

func neverReturned(key string) bool {
	switch key {
	case "POST /runs/batch 400", // the sandbox returns 422 for malformed requests
		"POST /runs/batch 403", "POST /runs/batch 429": // returned before the operation is called
		return true
	}
	return false
}

// check checks one exchange. A request is checked only if the sandbox accepted it, and
// never in a fuzz test.
func (j *checker) check(e exchange) error {
	req, err := http.NewRequest(e.Method, e.URL, bytes.NewReader(e.Body))
	if err != nil {
		return err
	}
	req.Header = e.Header
	req, pattern := j.locate(req)
	if err := j.checkAnswer(req, pattern, e); err != nil {
		return err
	}
	if pattern == "" || e.Status >= 300 || strings.HasPrefix(e.Test, "Fuzz") {
		return nil
	}
	if ok, errs := j.validator.ValidateHttpRequestSync(req); !ok {
		return fmt.Errorf("accepted a request that does not fit the document: %s", explain(errs))
	}
	return nil
}

func (j *checker) checkAnswer(req *http.Request, pattern string, e exchange) error {
	if pattern == "" {
		if isUnspecified(e.Method, req.URL.Path) && e.Status == http.StatusOK {
			return nil
		}
		return checkKnownError(e.Status, e.Answer)
	}
	operation := j.documents[pattern].(map[string]any)[strings.ToLower(e.Method)].(map[string]any)
	status := fmt.Sprint(e.Status)
	if _, specified := operation["responses"].(map[string]any)[status]; !specified || isMissingSecrets(e.Status, e.Answer) {
		return checkKnownError(e.Status, e.Answer)
	}
	answer := &http.Response{StatusCode: e.Status, Header: e.AnswerHeader, Body: io.NopCloser(bytes.NewReader(e.Answer)), Request: req}
	if ok, errs := j.validator.ValidateHttpResponse(req, answer); !ok {
		return fmt.Errorf("the answer %s does not fit the document: %s", e.Answer, explain(errs))
	}
	j.seen[e.Method+" "+pattern+" "+status] = true
	return nil
}

// locate finds a request's path in the document, with the prefix that it has there.
func (j *checker) locate(req *http.Request) (*http.Request, string) {
	path := req.URL.Path
	login := strings.Contains(path, "/oauth") // the routes of the login have no prefix
	switch {
	case login:
		path = strings.TrimPrefix(path, "/api")
	case !strings.HasPrefix(path, "/api/"):
		path = "/api/v1" + path
	}
	if path == "/api/v1/runs/batch" {
		path = "/runs/batch"
	}
	clone := req.Clone(req.Context())
	clone.URL.Path, clone.URL.RawPath = path, ""
	return clone, j.findPattern(req.Method, path)
}

// isMissingSecrets reports whether a response is the only 422 whose detail is known to be a
// text: missing model secrets.
func isMissingSecrets(status int, answer []byte) bool {
	return status == http.StatusUnprocessableEntity && bytes.HasPrefix(answer, []byte(`{"detail":"['`))
}

// checkKnownError checks a response that the document does not have: an error in one of
// LangSmith's known formats.
func checkKnownError(status int, answer []byte) error {
	var body map[string]any
	if err := json.Unmarshal(answer, &body); err != nil {
		return fmt.Errorf("status %d with %q", status, answer)
	}
	_, detail := body["detail"]
	_, code := body["error"]
	if status < 400 || !detail && !code {
		return fmt.Errorf("status %d with %s stands in no document", status, answer)
	}
	return nil
}

// findPattern returns the document's path that matches a request's path, the one with the
// most fixed parts.
func (j *checker) findPattern(method, path string) string {
	best, fixed := "", -1
	for pattern, operations := range j.documents {
		if _, has := operations.(map[string]any)[strings.ToLower(method)]; !has {
			continue
		}
		if n := countFixedParts(strings.Split(pattern, "/"), strings.Split(path, "/")); n > fixed {
			best, fixed = pattern, n
		}
	}
	return best
}

func countFixedParts(pattern, path []string) int {
	if len(pattern) != len(path) {
		return -1
	}
	fixed := 0
	for i, step := range pattern {
		switch {
		case step == path[i]:
			fixed++
		case !strings.HasPrefix(step, "{"):
			return -1
		}
	}
	return fixed
}

func explain(errs []*errors.ValidationError) string {
	problems := make(map[string]bool)
	for _, e := range errs {
		problems[e.Message+": "+e.Reason] = true
		for _, s := range e.SchemaValidationErrors {
			problems[s.FieldPath+" "+s.Reason] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(problems)), "; ")
}
