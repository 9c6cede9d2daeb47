package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"langsmith-insights-mcp/tools/paid/state/redistest"
)

// A Redis that may evict intents is told of in the log of the start and by doctor.
func TestARedisThatEvicts(t *testing.T) {
	for policy, weak := range map[string]bool{"noeviction": false, "allkeys-lru": true} {
		redis := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", policy)
		var log bytes.Buffer
		_, closeStore, err := openStore(t.Context(), redis.URL(), zerolog.New(&log))
		if err != nil {
			t.Fatal(err)
		}
		closeStore()
		if told := strings.Contains(log.String(), policy); told != weak {
			t.Errorf("log: %s", &log)
		}
		weakness, err := checkStore(t.Context(), redis.URL())
		if err != nil || strings.Contains(weakness, policy) != weak {
			t.Errorf("doctor: %q, %v", weakness, err)
		}
	}
}
