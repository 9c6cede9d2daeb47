package sandbox_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
)

// TestMain asserts, once every test has run, that together they had an answer of
// every operation and every status that LangSmith's OpenAPI document names.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" &&
		flag.Lookup("test.skip").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" {
		if missing := conformance().uncovered(); len(missing) > 0 {
			fmt.Fprintf(os.Stderr, "no test had these answers:\n  %s\n", strings.Join(missing, "\n  "))
			code = 1
		}
	}
	os.Exit(code)
}

// judge holds the answers of the sandbox against the OpenAPI document.
type judge struct {
	documents map[string]any

	mu        sync.Mutex
	validator validator.Validator // keeps what it renders of a schema in that schema, without a lock
	seen      map[string]bool     // "METHOD path status"
}

const document = "testdata/langsmith-insights-openapi.json"

var conformance = sync.OnceValue(func() *judge {
	raw, err := os.ReadFile(document)
	if err != nil {
		panic(err)
	}
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		panic(err)
	}
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions(), config.WithoutSecurityValidation(),
		config.WithStrictMode(), config.WithStrictIgnorePaths(openPaths()...))
	if len(errs) > 0 {
		panic(errs)
	}
	j := &judge{validator: v, seen: make(map[string]bool)}
	var parsed struct {
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(raw, &parsed); err != nil {
		panic(err)
	}
	j.documents = parsed.Paths
	return j
})

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
	j.mu.Lock()
	defer j.mu.Unlock()
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

// check judges one exchange. Requests are held against the document only when
// the sandbox accepted them: a request that is wrong on purpose is none of its own.
func (j *judge) check(req *http.Request, body []byte, resp *http.Response, answer []byte) error {
	if err := j.checkAnswer(req, resp, answer); err != nil {
		return err
	}
	clone, pattern := j.place(req)
	if pattern == "" || resp.StatusCode >= 300 {
		return nil
	}
	clone.Body = io.NopCloser(bytes.NewReader(body))
	j.mu.Lock()
	defer j.mu.Unlock()
	if ok, errs := j.validator.ValidateHttpRequestSync(clone); !ok {
		return fmt.Errorf("accepted a request that does not fit the document: %s", explain(errs))
	}
	return nil
}

// checkAnswer judges an answer alone.
func (j *judge) checkAnswer(req *http.Request, resp *http.Response, answer []byte) error {
	clone, pattern := j.place(req)
	if pattern == "" {
		if unspecified(req.Method, clone.URL.Path) && resp.StatusCode == http.StatusOK {
			return nil
		}
		return known(resp.StatusCode, answer)
	}
	operation := j.documents[pattern].(map[string]any)[strings.ToLower(req.Method)].(map[string]any)
	status := fmt.Sprint(resp.StatusCode)
	if _, specified := operation["responses"].(map[string]any)[status]; !specified || toldInWords(resp.StatusCode, answer) {
		return known(resp.StatusCode, answer)
	}
	copied := *resp
	copied.Body = io.NopCloser(bytes.NewReader(answer))
	j.mu.Lock()
	defer j.mu.Unlock()
	if ok, errs := j.validator.ValidateHttpResponse(clone, &copied); !ok {
		return fmt.Errorf("the answer %s does not fit the document: %s", answer, explain(errs))
	}
	j.seen[req.Method+" "+pattern+" "+status] = true
	return nil
}

// place finds a request's path in the document, under the prefix that stands there.
func (j *judge) place(req *http.Request) (*http.Request, string) {
	path := req.URL.Path
	if !strings.HasPrefix(path, "/api/") {
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
