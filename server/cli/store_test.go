package cli

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/server/config"
	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// A Redis that cannot be reached is logged. It is not an error.
func TestOpenStoreUnreachableRedis(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "redis://user:hush@" + listener.Addr().String() + "/0"
	_ = listener.Close()
	var log bytes.Buffer
	_, closeStore, err := openStore(t.Context(), &config.Config{State: url}, zerolog.New(&log))
	if err != nil {
		t.Fatal(err)
	}
	closeStore()
	for _, want := range []string{`"level":"warn"`, "Redis cannot be written", "refused"} {
		if !strings.Contains(log.String(), want) || strings.Contains(log.String(), "hush") {
			t.Errorf("the log lacks %q: %s", want, &log)
		}
	}
}

// A Redis that may evict entries is reported in the log and by doctor.
func TestEvictingRedis(t *testing.T) {
	for policy, weak := range map[string]bool{"noeviction": false, "allkeys-lru": true} {
		redis := redistest.Start(t, "--appendonly", "yes", "--maxmemory", "100mb", "--maxmemory-policy", policy)
		var log bytes.Buffer
		_, closeStore, err := openStore(t.Context(), &config.Config{State: redis.URL()}, zerolog.New(&log))
		if err != nil {
			t.Fatal(err)
		}
		closeStore()
		if logged := strings.Contains(log.String(), policy); logged != weak {
			t.Errorf("%s: log: %s", policy, &log)
		}
		weakness, err := checkStore(t.Context(), redis.URL())
		if err != nil || strings.Contains(weakness, policy) != weak {
			t.Errorf("doctor: %q, %v", weakness, err)
		}
	}
}
