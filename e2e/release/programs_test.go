package release_test

import (
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

func TestLinuxPrograms(t *testing.T) {
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		file, err := elf.Open(programPath(folderFrom(t, "FIRST"), "linux", arch))
		if err != nil {
			t.Fatal(err)
		}
		if file.Machine != machine || file.Class != elf.ELFCLASS64 || file.Type != elf.ET_EXEC {
			t.Errorf("linux/%s is %v %v %v", arch, file.Machine, file.Class, file.Type)
		}
		for _, p := range file.Progs {
			if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
				t.Errorf("linux/%s is linked dynamically: it has %v", arch, p.Type)
			}
		}
		if file.Section(".symtab") != nil || file.Section(".debug_info") != nil || file.Section(".zdebug_info") != nil {
			t.Errorf("linux/%s is not stripped", arch)
		}
		_ = file.Close()
	}
}

func TestWindowsPrograms(t *testing.T) {
	for arch, machine := range map[string]uint16{"amd64": pe.IMAGE_FILE_MACHINE_AMD64, "arm64": pe.IMAGE_FILE_MACHINE_ARM64} {
		file, err := pe.Open(programPath(folderFrom(t, "FIRST"), "windows", arch))
		if err != nil {
			t.Fatal(err)
		}
		if file.Machine != machine || len(file.Symbols) > 0 || file.Section(".debug_info") != nil {
			t.Errorf("windows/%s is %#x with %d symbols", arch, file.Machine, len(file.Symbols))
		}
		libraries, err := file.ImportedLibraries()
		if err != nil || len(libraries) > 1 {
			t.Errorf("windows/%s wants %v, %v", arch, libraries, err)
		}
		_ = file.Close()
	}
}

func TestMacPrograms(t *testing.T) {
	dist := folderFrom(t, "FIRST")
	joined, err := macho.OpenFat(programPath(dist, "darwin", "all"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = joined.Close() }()
	cpus := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}
	if len(joined.Arches) != len(cpus) {
		t.Fatalf("%d slices", len(joined.Arches))
	}
	files := readContents(t, dist)
	both := files["stage/darwin_all/"+name]
	for _, slice := range joined.Arches {
		var found bool
		for arch, cpu := range cpus {
			if slice.Cpu != cpu {
				continue
			}
			found = true
			if slice.Offset%(1<<slice.Align) != 0 || both[slice.Offset:slice.Offset+slice.Size] != files["stage/darwin_"+arch+"/"+name] {
				t.Errorf("the slice for %s is not the program for it on a page of its own", arch)
			}
			if slice.Section("__debug_info") != nil || slice.Section("__zdebug_info") != nil {
				t.Errorf("darwin/%s is not stripped", arch)
			}
			libraries, err := slice.ImportedLibraries()
			if err != nil {
				t.Error(err)
			}
			for _, library := range libraries {
				if !strings.HasPrefix(library, "/usr/lib/") && !strings.HasPrefix(library, "/System/") {
					t.Errorf("darwin/%s wants %s, which is not part of macOS", arch, library)
				}
			}
		}
		if !found {
			t.Errorf("a slice for %v", slice.Cpu)
		}
	}
}

func TestProgramsHaveBuildInfo(t *testing.T) {
	versions := map[string]bool{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, arch := range []string{"amd64", "arm64"} {
			info, err := buildinfo.ReadFile(programPath(folderFrom(t, "FIRST"), system, arch))
			if err != nil {
				t.Fatal(err)
			}
			versions[info.Main.Version] = true
			said := map[string]string{}
			for _, s := range info.Settings {
				said[s.Key] = s.Value
			}
			for key, want := range map[string]string{"GOOS": system, "GOARCH": arch, "CGO_ENABLED": "0", "-trimpath": "true", "vcs.modified": "false"} {
				if said[key] != want {
					t.Errorf("%s/%s: %s is %q", system, arch, key, said[key])
				}
			}
			if len(said["vcs.revision"]) < 40 || strings.Contains(info.Main.Version, "dirty") {
				t.Errorf("%s/%s was built from %q, %s", system, arch, said["vcs.revision"], info.Main.Version)
			}
		}
	}
	if len(versions) != 1 {
		t.Errorf("the programs are of different versions: %v", versions)
	}
}

// TestProgramsHaveNoBuildPath searches the programs for the paths of the build.
func TestProgramsHaveNoBuildPath(t *testing.T) {
	dist := folderFrom(t, "FIRST")
	for file, content := range readContents(t, dist) {
		if strings.Contains(content, strings.TrimSuffix(dist, "/dist")) {
			t.Errorf("%s names the folder that it was built in", file)
		}
	}
}

func TestProgramRuns(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Fatalf("the programs are tried on Linux, not on %s", runtime.GOOS)
	}
	path := programPath(folderFrom(t, "FIRST"), "linux", runtime.GOARCH)
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	version, err := exec.Command(path, "version").Output()
	if want := strings.TrimPrefix(info.Main.Version, "v") + "\n"; err != nil || string(version) != want || !regexp.MustCompile(`^\d+\.\d+\.\d+`).Match(version) {
		t.Errorf("version says %q, want %q (%v)", version, want, err)
	}
	command := exec.Command(path)
	command.Env, command.Dir = []string{"HOME=" + t.TempDir()}, "/"
	command.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
`)
	answers, err := command.Output()
	if err != nil || !strings.Contains(string(answers), `"get_insights_job"`) {
		t.Errorf("over stdio it answers %.200q, %v", answers, err)
	}
}
