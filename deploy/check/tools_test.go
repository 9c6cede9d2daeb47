package check

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// repository is the repository's root.
const repository = "../.."

// runTool runs a program, or skips the test if it is not installed.
func runTool(t *testing.T, name string, args ...string) string {
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

// version is the VERSION that the image is built with.
const version = "v1.2.3-check"

// buildProgram builds the program into a folder, as the Dockerfile does.
func buildProgram(t *testing.T, dir string) string {
	t.Helper()
	dockerfile, err := os.ReadFile(repository + "/deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`go build (-trimpath) -ldflags "([^"]*)"`).FindStringSubmatch(string(dockerfile))
	if flags == nil {
		t.Fatal("this test does not know the Dockerfile's go build")
	}
	path := filepath.Join(dir, "langsmith-insights-mcp")
	build := exec.Command("go", "build", flags[1], "-ldflags", strings.ReplaceAll(flags[2], "${VERSION}", version), "-o", path, ".")
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
	buildProgram(t, filepath.Join(stage, "image"))
	store := t.TempDir()
	buildah := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(runTool(t, "buildah", append([]string{"--storage-driver", "vfs", "--root", filepath.Join(store, "root"), "--runroot", filepath.Join(store, "run")}, args...)...))
	}
	buildah("build", "--quiet", "--isolation", "chroot", "--build-context", "build="+stage, "-f", repository+"/deploy/Dockerfile", "-t", "langsmith-insights-mcp", repository)
	config := buildah("inspect", "--type", "image", "--format", "{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.Env}}", "langsmith-insights-mcp")
	for _, want := range []string{"65532:65532 ", "[/langsmith-insights-mcp] [http]", "LANGSMITH_INSIGHTS_MCP_ALLOW_HOST=localhost,127.0.0.1"} {
		if !strings.Contains(config, want) {
			t.Errorf("the image lacks %s: %s", want, config)
		}
	}
	container := buildah("from", "--pull-never", "langsmith-insights-mcp")
	if got := buildah("run", "--isolation", "chroot", container, "--", "/langsmith-insights-mcp", "version"); got != strings.TrimPrefix(version, "v") {
		t.Errorf("the program in the image has the version %q, want %q", got, version)
	}
}

// HAProxy with TLS sends X-Forwarded-Proto to the replicas.
func TestHAProxyForwardedProto(t *testing.T) {
	schemes := make(chan string, 1)
	replica := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mcp" {
			schemes <- r.Header.Get("X-Forwarded-Proto")
		}
	}))
	defer replica.Close()
	certified := httptest.NewTLSServer(nil) // for its certificate, and a free port
	key, err := x509.MarshalPKCS8PrivateKey(certified.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	pemText := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certified.Certificate().Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	client, address := certified.Client(), certified.Listener.Addr().String()
	certified.Close()
	configuration, err := os.ReadFile(repository + "/deploy/haproxy/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate, path := filepath.Join(dir, "site.pem"), filepath.Join(dir, "haproxy.cfg")
	text := strings.Replace(string(configuration), `bind "${INSIGHTS_BIND-:8080}"`, "bind "+address+" ssl crt "+certificate, 1)
	if text == string(configuration) {
		t.Fatal("this test does not know the configuration's bind line")
	}
	if err := errors.Join(os.WriteFile(certificate, pemText, 0o600), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	runTool(t, "haproxy", "-c", "-f", path)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	proxy := exec.CommandContext(ctx, "haproxy", "-f", path)
	proxy.Env = append(os.Environ(), "REPLICA_1="+replica.Listener.Addr().String(), "REPLICA_2="+replica.Listener.Addr().String(), "REPLICA_3="+replica.Listener.Addr().String())
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stop(); _ = proxy.Wait() }()
	for ctx.Err() == nil {
		if response, err := client.Get("https://" + address + "/mcp"); err == nil {
			_ = response.Body.Close()
			break
		}
	}
	select {
	case scheme := <-schemes:
		if scheme != "https" {
			t.Errorf("X-Forwarded-Proto is %q", scheme)
		}
	case <-ctx.Done():
		t.Fatal("no request through HAProxy")
	}
}

func TestSystemdUnit(t *testing.T) {
	unit, err := os.ReadFile(repository + "/deploy/systemd/langsmith-insights-mcp.service")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "langsmith-insights-mcp.service")
	text := strings.Replace(string(unit), "/usr/local/bin/langsmith-insights-mcp", buildProgram(t, dir), 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if output := runTool(t, "systemd-analyze", "verify", path); strings.Contains(output, filepath.Base(path)) {
		t.Errorf("systemd-analyze reports %s", output)
	}
}

// The alerts fire for this server, also for its first uncertain call, and not for other
// programs with metrics of the same names.
func TestPrometheusAlerts(t *testing.T) {
	runTool(t, "promtool", "check", "rules", "../monitoring/alerts.yaml")
	rules, err := os.ReadFile("../monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	rules = regexp.MustCompile(`(?m)^ +annotations:\n( {10}.*\n?)+`).ReplaceAll(rules, nil)
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), rules, 0o600); err != nil {
		t.Fatal(err)
	}
	runTool(t, "promtool", "test", "rules", filepath.Join(dir, "alerts_test.yaml"))
}

// The kustomization has every kind of object, and a secret from the file of tokens.
func TestKustomization(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../kubernetes")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "auth-tokens.txt"), []byte("a-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	output := runTool(t, "kubectl", "kustomize", dir)
	for _, kind := range []string{"Namespace", "Secret", "Deployment", "StatefulSet", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "PodDisruptionBudget"} {
		if !strings.Contains(output, "kind: "+kind+"\n") {
			t.Errorf("the kustomization has no %s", kind)
		}
	}
	if names := regexp.MustCompile(`: langsmith-insights-mcp-[a-z0-9]{10}\n`).FindAllString(output, -1); len(names) != 3 {
		t.Errorf("the names of the secret and of its two references are %q", names)
	}
}
