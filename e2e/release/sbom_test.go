package release_test

import (
	"debug/buildinfo"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// TestArchivesHaveSBOM reads the bill of materials of each archive with CycloneDX's own
// library, and compares it with the program.
func TestArchivesHaveSBOM(t *testing.T) {
	dist := folderFrom(t, "FIRST")
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, arch := range []string{"amd64", "arm64"} {
			read, suffix := readTar, ".tar.gz"
			if system == "windows" {
				read, suffix = readZip, ".zip"
			}
			var bom cdx.BOM
			for _, m := range read(t, findFile(t, dist, name+"_*_"+system+"_"+arch+suffix)) {
				if m.name != name+".cdx.json" {
					continue
				}
				if err := cdx.NewBOMDecoder(strings.NewReader(m.content), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
					t.Fatal(err)
				}
			}
			info, err := buildinfo.ReadFile(programPath(dist, system, arch))
			if err != nil {
				t.Fatal(err)
			}
			if bom.Components == nil || bom.Metadata == nil || bom.Metadata.Component.Version != strings.TrimPrefix(info.Main.Version, "v") {
				t.Fatalf("%s/%s: %+v", system, arch, bom)
			}
			listed := map[string]string{}
			for _, c := range *bom.Components {
				listed[c.Name] = c.Version
				if c.PackageURL != "pkg:golang/"+c.Name+"@"+c.Version || c.Type != cdx.ComponentTypeLibrary {
					t.Errorf("%+v", c)
				}
			}
			if len(listed) != len(info.Deps)+1 || "go"+listed["std"] != info.GoVersion {
				t.Errorf("%s/%s lists %d modules of %d", system, arch, len(listed), len(info.Deps))
			}
			for _, module := range info.Deps {
				if listed[module.Path] != module.Version {
					t.Errorf("%s/%s: %s is %s, not %s", system, arch, module.Path, module.Version, listed[module.Path])
				}
			}
		}
	}
}
