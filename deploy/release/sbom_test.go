package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"langsmith-insights-mcp/deploy/release/project"
)

// TestTheBillOfMaterialsListsWhatIsLinked reads that of the test's own program.
func TestTheBillOfMaterialsListsWhatIsLinked(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stamp := project.Stamp{Version: "1.2.3", Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)}
	text, err := sbom(program, stamp)
	if err != nil {
		t.Fatal(err)
	}
	var made bom
	if err := json.Unmarshal(text, &made); err != nil {
		t.Fatal(err)
	}
	if c := made.Metadata.Component; c.Version != "1.2.3" || c.Type != "application" || len(c.Hashes) != 1 || made.Metadata.Timestamp != "2026-11-29T10:00:00Z" {
		t.Errorf("%+v", made.Metadata)
	}
	linked := map[string]component{}
	for _, c := range made.Components {
		linked[c.Name] = c
	}
	if c := linked["github.com/google/uuid"]; c.PURL != "pkg:golang/github.com/google/uuid@"+c.Version || len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64 {
		t.Errorf("%+v", c)
	}
	if linked["std"].Version == "" {
		t.Error("the standard library is missing")
	}
	if again, err := sbom(program, stamp); err != nil || !bytes.Equal(again, text) {
		t.Errorf("the second time it differs: %v", err)
	}
}
