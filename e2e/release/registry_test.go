package release_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	apiv0 "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// publishedSchema returns the schema with an address from the registry's own module.
func publishedSchema(t *testing.T, address string) *jsonschema.Schema {
	t.Helper()
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/modelcontextprotocol/registry").Output()
	if err != nil {
		t.Fatal(err)
	}
	date := path.Base(path.Dir(address))
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(module)), "internal", "validators", "schemas", date+".json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(address, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(address)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestRegistryEntry(t *testing.T) {
	dist := folderFrom(t, "FIRST")
	text, err := os.ReadFile(filepath.Join(dist, "server.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	published := publishedSchema(t, model.CurrentSchemaURL)
	if err := published.Validate(document); err != nil {
		t.Error(err)
	}
	if document.(map[string]any)["name"] = "no slash"; published.Validate(document) == nil {
		t.Error("the schema takes any name, so it checks nothing")
	}

	var entry apiv0.ServerJSON
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&entry); err != nil {
		t.Fatal(err)
	}
	if entry.Schema != model.CurrentSchemaURL {
		t.Errorf("server.json follows %s, the registry %s", entry.Schema, model.CurrentSchemaURL)
	}
	packages := map[string]model.Package{}
	for _, p := range entry.Packages {
		packages[p.RegistryType] = p
	}
	file := findFile(t, dist, "*.mcpb")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bundle := packages[model.RegistryTypeMCPB]
	if bundle.FileSHA256 != fmt.Sprintf("%x", sha256.Sum256(content)) || path.Base(bundle.Identifier) != filepath.Base(file) {
		t.Errorf("the entry's bundle is %s with %s", bundle.Identifier, bundle.FileSHA256)
	}
	if image := packages[model.RegistryTypeOCI].Identifier; !strings.HasSuffix(image, ":"+entry.Version) || image != strings.ToLower(image) {
		t.Errorf("the entry's image is %s", image)
	}
	for _, p := range entry.Packages {
		secrets := map[string]bool{}
		for _, v := range p.EnvironmentVariables {
			secrets[v.Name] = v.IsSecret
		}
		if !secrets["LANGSMITH_API_KEY"] || secrets["LANGSMITH_ENDPOINT"] || len(secrets) < 10 {
			t.Errorf("%s: the variables are %v", p.RegistryType, secrets)
		}
	}
}
