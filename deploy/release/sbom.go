package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"langsmith-insights-mcp/deploy/release/project"
)

// sbomFile is the name of the software bill of materials, in CycloneDX's format, in an
// archive.
const sbomFile = project.Name + ".cdx.json"

type bom struct {
	Format       string      `json:"bomFormat"`
	SpecVersion  string      `json:"specVersion"`
	SerialNumber string      `json:"serialNumber"`
	Version      int         `json:"version"`
	Metadata     bomMetadata `json:"metadata"`
	Components   []component `json:"components"`
}

type bomMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type    string    `json:"type"`
	Ref     string    `json:"bom-ref"`
	Name    string    `json:"name"`
	Version string    `json:"version"`
	Hashes  []bomHash `json:"hashes,omitempty"`
	PURL    string    `json:"purl"`
}

type bomHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// sbom returns the bill of materials of a program, with the modules that the toolchain
// recorded in it. Its serial number and time are derived from the program and the commit, so
// that it is reproducible.
func sbom(program []byte, stamp project.Stamp) ([]byte, error) {
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(program)
	materials := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		SerialNumber: "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceOID, sum[:]).String(),
		Metadata: bomMetadata{
			Timestamp: stamp.Time.UTC().Format(time.RFC3339),
			Component: newComponent("application", info.Main.Path, stamp.Version, sum[:]),
		},
		Components: []component{newComponent("library", "std", strings.TrimPrefix(info.GoVersion, "go"), nil)},
	}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		materials.Components = append(materials.Components, newComponent("library", module.Path, module.Version, moduleHash(module)))
	}
	text, err := json.MarshalIndent(materials, "", "  ")
	return append(text, '\n'), err
}

func newComponent(kind, path, version string, hash []byte) component {
	c := component{Type: kind, Name: path, Version: version, PURL: "pkg:golang/" + path + "@" + version}
	c.Ref = c.PURL
	if hash != nil {
		c.Hashes = []bomHash{{"SHA-256", hex.EncodeToString(hash)}}
	}
	return c
}

// moduleHash returns the hash of a module in go.sum.
func moduleHash(module *debug.Module) []byte {
	encoded, _ := strings.CutPrefix(module.Sum, "h1:")
	hash, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(hash) != sha256.Size {
		return nil
	}
	return hash
}
