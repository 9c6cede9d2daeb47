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
	j := newJudge(t)
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
	if missing := j.uncovered(); len(missing) > 0 {
		t.Errorf("no test had these answers:\n  %s", strings.Join(missing, "\n  "))
	}
}

// exchange is a request and its answer, as the sandbox's tests record them.
type exchange struct {
	Test         string
	Method, URL  string
	Header       http.Header
	Body         []byte
	Status       int
	AnswerHeader http.Header `json:"answer_header"`
	Answer       []byte
}

// judge holds the answers of the sandbox against the OpenAPI document.
type judge struct {
	documents map[string]any
	validator validator.Validator
	seen      map[string]bool // "METHOD path status"
}

func newJudge(t *testing.T) *judge {
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
	return &judge{documents: parsed.Paths, validator: v, seen: map[string]bool{}}
}

// openPaths are the parts of bodies in which the document leaves the fields free.
// Anywhere else a field that it does not name is an error.
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

// unspecified are the operations that LangSmith documents in words only.
func unspecified(method, path string) bool {
	return method == "GET" && (strings.HasSuffix(path, "/examples") ||
		strings.Contains(path, "/annotation-queues/") && strings.HasSuffix(path, "/runs"))
}

// uncovered lists the answers in the document that no test had, but for those
// that the sandbox never gives.
func (j *judge) uncovered() []string {
	var missing []string
	for path, operations := range j.documents {
		for method, operation := range operations.(map[string]any) {
			responses := operation.(map[string]any)["responses"].(map[string]any)
			for status := range responses {
				key := strings.ToUpper(method) + " " + path + " " + status
				if !j.seen[key] && !neverGiven(key) {
					missing = append(missing, key)
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}

func neverGiven(key string) bool {
	switch key {
	case "POST /runs/batch 400", // the sandbox calls what is malformed 422
		"POST /runs/batch 403", "POST /runs/batch 429": // answered before the operation is reached
		return true
	}
	return false
}

// check judges one exchange. A request is held against the document only when the
// sandbox accepted it, as a wrong one is wrong on purpose, and never a fuzzed one.
func (j *judge) check(e exchange) error {
	req, err := http.NewRequest(e.Method, e.URL, bytes.NewReader(e.Body))
	if err != nil {
		return err
	}
	req.Header = e.Header
	req, pattern := j.place(req)
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

func (j *judge) checkAnswer(req *http.Request, pattern string, e exchange) error {
	if pattern == "" {
		if unspecified(e.Method, req.URL.Path) && e.Status == http.StatusOK {
			return nil
		}
		return known(e.Status, e.Answer)
	}
	operation := j.documents[pattern].(map[string]any)[strings.ToLower(e.Method)].(map[string]any)
	status := fmt.Sprint(e.Status)
	if _, specified := operation["responses"].(map[string]any)[status]; !specified || toldInWords(e.Status, e.Answer) {
		return known(e.Status, e.Answer)
	}
	answer := &http.Response{StatusCode: e.Status, Header: e.AnswerHeader, Body: io.NopCloser(bytes.NewReader(e.Answer)), Request: req}
	if ok, errs := j.validator.ValidateHttpResponse(req, answer); !ok {
		return fmt.Errorf("the answer %s does not fit the document: %s", e.Answer, explain(errs))
	}
	j.seen[e.Method+" "+pattern+" "+status] = true
	return nil
}

// place finds a request's path in the document, under the prefix that stands there.
func (j *judge) place(req *http.Request) (*http.Request, string) {
	path := req.URL.Path
	login := strings.Contains(path, "/oauth") // the login's routes stand without a prefix
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
	return clone, j.pattern(req.Method, path)
}

// toldInWords is the one 422 whose detail is known to be a text: model secrets
// that are missing.
func toldInWords(status int, answer []byte) bool {
	return status == http.StatusUnprocessableEntity && bytes.HasPrefix(answer, []byte(`{"detail":"['`))
}

// known judges an answer that the document does not name: an error told in one of
// the forms that LangSmith is known to use.
func known(status int, answer []byte) error {
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

// pattern finds the path of the document that a request's path fits, the one
// with more fixed parts first.
func (j *judge) pattern(method, path string) string {
	best, fixed := "", -1
	for pattern, operations := range j.documents {
		if _, has := operations.(map[string]any)[strings.ToLower(method)]; !has {
			continue
		}
		if n := fits(strings.Split(pattern, "/"), strings.Split(path, "/")); n > fixed {
			best, fixed = pattern, n
		}
	}
	return best
}

func fits(pattern, path []string) int {
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
	told := make(map[string]bool)
	for _, e := range errs {
		told[e.Message+": "+e.Reason] = true
		for _, s := range e.SchemaValidationErrors {
			told[s.FieldPath+" "+s.Reason] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(told)), "; ")
}
