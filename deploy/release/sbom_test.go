package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"langsmith-insights-mcp/deploy/release/project"
)

// TestSBOM checks the bill of materials of the test's own program.
func TestSBOM(t *testing.T) {
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
	var materials bom
	if err := json.Unmarshal(text, &materials); err != nil {
		t.Fatal(err)
	}
	if c := materials.Metadata.Component; c.Version != "1.2.3" || c.Type != "application" || len(c.Hashes) != 1 || materials.Metadata.Timestamp != "2026-11-29T10:00:00Z" {
		t.Errorf("the metadata is %+v", materials.Metadata)
	}
	linked := map[string]component{}
	for _, c := range materials.Components {
		linked[c.Name] = c
	}
	if c := linked["github.com/google/uuid"]; c.PURL != "pkg:golang/github.com/google/uuid@"+c.Version || len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64 {
		t.Errorf("the component is %+v", c)
	}
	if linked["std"].Version == "" {
		t.Error("the standard library is missing")
	}
	if again, err := sbom(program, stamp); err != nil || !bytes.Equal(again, text) {
		t.Errorf("a second bill differs: %v", err)
	}
}
