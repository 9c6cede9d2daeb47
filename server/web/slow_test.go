package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/server/web"
)

// shortLimits sets short limits, so that the tests are fast.
func shortLimits(o *web.Options) {
	o.Limits = web.Limits{
		Body: 64 << 10, Header: 8 << 10,
		HeaderTime: 100 * time.Millisecond, BodyTime: 100 * time.Millisecond, WriteTime: 100 * time.Millisecond,
		IdleTime: 100 * time.Millisecond, Quiet: 20 * time.Millisecond,
	}
}

// dial opens a connection and sends a text.
func (f *fixture) dial(say string) net.Conn {
	f.t.Helper()
	connection, err := net.Dial("tcp", f.address)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(30 * time.Second)) // so that a failing test ends
	if _, err := io.WriteString(connection, say); err != nil {
		f.t.Fatal(err)
	}
	return connection
}

// The connection of a client that sends too slowly, too much or nothing is closed, and the
// server continues.
func TestSlowClients(t *testing.T) {
	f := start(t, options{web: shortLimits, config: withTokens})
	unauthorized := "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	head := unauthorized + "Authorization: Bearer " + tokenA + "\r\n"
	for name, c := range map[string]struct{ say, want string }{
		"a connection that says nothing":         {"", ""},
		"half a header":                          {"POST /mcp HTTP/1.1\r\nHost: localh", ""},
		"half a message":                         {head + "Content-Length: 100\r\n\r\n{", "408 "},
		"half a message without a token":         {unauthorized + "Content-Length: 100\r\n\r\n{", "401 "},
		"a message announced as too large":       {head + "Content-Length: 100000000\r\n\r\n{", "413 "},
		"a message that turns out to be":         {head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n", 70_000, strings.Repeat("x", 70_000)), "413 "},
		"a header that is too large":             {head + "X-API-Key: " + strings.Repeat("x", 20_000) + "\r\n\r\n", "431 "},
		"an idle connection after its request":   {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "200 "},
		"a message that breaks off":              {head + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "400 "},
		"a length that is none":                  {head + "Content-Length: many\r\n\r\n", "400 "},
		"a message of two lengths":               {head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "400 "},
		"a message after a question for leave":   {head + "Expect: 100-continue\r\nContent-Length: 100000000\r\n\r\n", "413 "},
		"a message whose leave leads to nothing": {head + "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n", "100 "},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := io.ReadAll(f.dial(c.say)) // until the server closes
			if err != nil && !isReset(err) {
				t.Fatalf("the connection stays open: %v", err)
			}
			if want := "HTTP/1.1 " + c.want; c.want != "" && !strings.HasPrefix(string(answer), want) {
				t.Errorf("got %q, want %q", answer, want)
			}
		})
	}
	if got := f.do(f.request(http.MethodGet, "/readyz", nil, "")); got.status != http.StatusOK {
		t.Errorf("afterwards: %d", got.status)
	}
}

func isReset(err error) bool {
	var broken *net.OpError
	return errors.As(err, &broken) && !broken.Timeout()
}

// dialWithoutReading opens a connection with a small buffer for unread data.
func (f *fixture) dialWithoutReading(say string) net.Conn {
	f.t.Helper()
	connection := f.dial("")
	_ = connection.(*net.TCPConn).SetReadBuffer(4 << 10)
	if _, err := io.WriteString(connection, say); err != nil {
		f.t.Fatal(err)
	}
	return connection
}

// The stream at /sse of a client that stops reading is closed.
func TestClientStopsReadingSSE(t *testing.T) {
	f := start(t, options{web: shortLimits})
	connection := f.dialWithoutReading("GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n")
	path := ""
	for lines := bufio.NewReader(connection); path == ""; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if address, ok := strings.CutPrefix(strings.TrimSpace(line), "data: message"); ok {
			path = "/message" + address
		}
	}
	// From here on nothing is read. Lists of tools fill the buffers.
	for id := 0; ; id++ {
		got := f.post(path, nil, rpc(id, "tools/list", args{}))
		if got.status == http.StatusNotFound {
			break // the stream is gone
		}
		if got.status != http.StatusAccepted && got.status != http.StatusTooManyRequests {
			t.Fatalf("message %d: %d %s", id, got.status, got.body)
		}
	}
}

// The call of a client that stops reading is cancelled, with its request to LangSmith. The
// call is a wait with progress, which nothing else ends in this time.
func TestClientStopsReadingResponse(t *testing.T) {
	g := newGate()
	f := start(t, options{
		wrap:   g.hold(isPoll),
		config: func(c *config.Config) { c.Timeout = time.Hour },
		web: func(o *web.Options) {
			shortLimits(o)
			o.Limits.Quiet = time.Microsecond // keep-alives fill the buffers
		},
	})
	session := f.open(nil)
	wait := strings.Replace(f.endlessWait(7), `"arguments"`, `"_meta":{"progressToken":"t"},"arguments"`, 1)
	connection := f.dialWithoutReading("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n" +
		"Mcp-Session-Id: " + session["Mcp-Session-Id"] + "\r\n" + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(wait), wait))
	for lines := bufio.NewReaderSize(connection, 16); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(line, "notifications/progress") {
			break
		}
	}
	// The call waits. From here on nothing is read.
	<-g.arrived
	<-g.left // otherwise the test times out
}

// A silent stream gets keep-alives.
func TestStreamsKeepAlive(t *testing.T) {
	f := start(t, options{web: shortLimits})
	session := f.open(nil)
	for _, get := range []string{"/sse", "/mcp"} {
		connection := f.dial("GET " + get + " HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: " + session["Mcp-Session-Id"] + "\r\n\r\n")
		lines := bufio.NewReader(connection)
		for beats := 0; beats < 10; { // for longer than a write may take
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatalf("%s: %v", get, err)
			}
			if strings.HasPrefix(line, ":") {
				beats++
			}
		}
	}
}
