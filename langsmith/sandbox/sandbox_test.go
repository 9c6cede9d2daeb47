package sandbox_test

import (
	"net/http"
	"testing"

	"langsmith-insights-mcp/langsmith/sandbox"
)

func TestSkeleton(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	client := &http.Client{Transport: s.RoundTripper()}
	req, _ := http.NewRequest("GET", "http://sandbox/sessions?reference_free=true&include_stats=true", nil)
	req.Header.Set("X-API-Key", "k")
	resp, err := client.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
}
