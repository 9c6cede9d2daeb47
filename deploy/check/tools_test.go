package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repository is the repository's root.
const repository = "../.."

// tool runs a program, or skips the test if it is not installed.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	output, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return string(output)
}

// program builds the program into a folder, without cgo as in an image.
func program(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "langsmith-insights-mcp")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Dir, build.Env = repository, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return path
}

// The image is built from the last stage of the Dockerfile with a program that is built
// here, so that no base image has to be downloaded.
func TestImageRuns(t *testing.T) {
	stage := t.TempDir()
	if err := os.MkdirAll(filepath.Join(stage, "image/etc/ssl/certs"), 0o755); err != nil {
		t.Fatal(err)
	}
	program(t, filepath.Join(stage, "image"))
	store := t.TempDir()
	buildah := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(tool(t, "buildah", append([]string{"--storage-driver", "vfs", "--root", filepath.Join(store, "root"), "--runroot", filepath.Join(store, "run")}, args...)...))
	}
	buildah("build", "--quiet", "--isolation", "chroot", "--build-context", "build="+stage, "-f", repository+"/deploy/Dockerfile", "-t", "langsmith-insights-mcp", repository)
	config := buildah("inspect", "--type", "image", "--format", "{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.Env}}", "langsmith-insights-mcp")
	for _, want := range []string{"65532:65532 ", "[/langsmith-insights-mcp] [http]", "LANGSMITH_INSIGHTS_MCP_ALLOW_HOST=localhost,127.0.0.1"} {
		if !strings.Contains(config, want) {
			t.Errorf("the image lacks %s: %s", want, config)
		}
	}
	container := buildah("from", "--pull-never", "langsmith-insights-mcp")
	if version := buildah("run", "--isolation", "chroot", container, "--", "/langsmith-insights-mcp", "version"); version == "" {
		t.Error("the program in the image prints no version")
	}
}

func TestSystemdUnit(t *testing.T) {
	unit, err := os.ReadFile(repository + "/deploy/systemd/langsmith-insights-mcp.service")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "langsmith-insights-mcp.service")
	text := strings.Replace(string(unit), "/usr/local/bin/langsmith-insights-mcp", program(t, dir), 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if output := tool(t, "systemd-analyze", "verify", path); strings.Contains(output, filepath.Base(path)) {
		t.Errorf("systemd-analyze reports %s", output)
	}
}

// The alerts ring for this server, its first call in doubt included, and for no other
// program that has metrics of the same names.
func TestPrometheusTakesTheAlerts(t *testing.T) {
	tool(t, "promtool", "test", "rules", "../monitoring/alerts_test.yaml")
}

// The kustomization contains every kind, and a secret from the file of tokens.
func TestKustomization(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../kubernetes")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "auth-tokens.txt"), []byte("a-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	output := tool(t, "kubectl", "kustomize", dir)
	for _, kind := range []string{"Namespace", "Secret", "Deployment", "StatefulSet", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "PodDisruptionBudget"} {
		if !strings.Contains(output, "kind: "+kind+"\n") {
			t.Errorf("the kustomization has no %s", kind)
		}
	}
	if names := regexp.MustCompile(`: langsmith-insights-mcp-[a-z0-9]{10}\n`).FindAllString(output, -1); len(names) != 3 {
		t.Errorf("the names of the secret and of its two references are %q", names)
	}
}
