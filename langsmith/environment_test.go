package langsmith_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"langsmith-insights-mcp/langsmith"
)

// net/http and crypto/x509 read the environment once per process. So the test runs its
// executable again, with a variable that names the endpoint to call.
const childVariable = "LANGSMITH_TEST_ENDPOINT_OF_CHILD"

func runChild() int {
	api, err := langsmith.ParseEndpoint(os.Getenv(childVariable))
	if err != nil {
		fmt.Println(err)
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	caller := langsmith.New(langsmith.Options{Endpoint: api, Credentials: langsmith.Credentials{APIKey: key}})
	workspaces, err := caller.ListWorkspaces(ctx)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for _, workspace := range workspaces {
		fmt.Println(workspace.DisplayName)
	}
	return 0
}

// child calls an endpoint in a process with exactly this environment.
func child(t *testing.T, api string, environment ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(environment, childVariable+"="+api)
	if root := os.Getenv("SYSTEMROOT"); root != "" { // without it Windows has no sockets
		command.Env = append(command.Env, "SYSTEMROOT="+root)
	}
	output, err := command.Output()
	return strings.TrimSpace(string(output)), err
}

func TestProxyFromEnvironment(t *testing.T) {
	for _, variable := range []string{"HTTP_PROXY", "http_proxy"} {
		proxy := newProxy(t, "")
		output, err := child(t, "http://langsmith.example", variable+"=http://me:proxy-password@"+proxy.address)
		if err != nil || output != "Home" {
			t.Errorf("%s: %v: %s", variable, err, output)
		}
		seen := proxy.requests()
		if len(seen) != 1 || seen[0] != "GET http://langsmith.example/api/v1/workspaces by Basic bWU6cHJveHktcGFzc3dvcmQ=" {
			t.Errorf("the proxy got %q", seen)
		}
	}
}

// Over TLS the proxy sees the host and no content. The certificate is trusted only by
// SSL_CERT_FILE.
func TestProxyAndCertificateFromEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("crypto/x509 does not read SSL_CERT_FILE on", runtime.GOOS)
	}
	server, authority := serveTLS(t, "langsmith.example")
	trusting := "SSL_CERT_FILE=" + authority

	proxy := newProxy(t, server)
	output, err := child(t, "https://langsmith.example", "HTTPS_PROXY=http://"+proxy.address, trusting)
	if err != nil || output != "Home" {
		t.Errorf("%v: %s", err, output)
	}
	if seen := proxy.requests(); len(seen) != 1 || seen[0] != "CONNECT langsmith.example:443 by " {
		t.Errorf("the proxy got %q", seen)
	}

	output, err = child(t, "https://langsmith.example", "HTTPS_PROXY=http://"+proxy.address)
	if err == nil || !strings.Contains(output, "certificate") {
		t.Errorf("an untrusted certificate: %v: %s", err, output)
	}
}

// proxy responds to plain requests itself, and connects every CONNECT to one address.
type proxy struct {
	address, target string

	mu   sync.Mutex
	seen []string
}

func newProxy(t *testing.T, target string) *proxy {
	p := &proxy{target: target}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.address = server.Listener.Addr().String()
	return p
}

func (p *proxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.RequestURI+" by "+r.Header.Get("Proxy-Authorization"))
	p.mu.Unlock()
	if r.Method != http.MethodConnect {
		_, _ = io.WriteString(w, `[{"display_name":"Home"}]`)
		return
	}
	to, err := net.Dial("tcp", p.target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer to.Close()
	w.WriteHeader(http.StatusOK)
	from, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer from.Close()
	done := make(chan struct{})
	go func() { defer close(done); copyAll(to, buffered.Reader); _ = to.Close() }()
	_, _ = io.Copy(from, to)
	_ = from.Close()
	<-done
}

func copyAll(to io.Writer, from *bufio.Reader) { _, _ = io.Copy(to, from) }

// serveTLS runs a LangSmith under a host name, and returns its address and the file with
// its certificate authority.
func serveTLS(t *testing.T, name string) (address, authority string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, self, self, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	authority = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"display_name":"Home"}]`)
	}))
	server.Config.ErrorLog = quiet
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: private}}, MinVersion: tls.VersionTLS12,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), authority
}
