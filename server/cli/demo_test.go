package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
)

// TestDemoPicture runs the demo, and fails where its calls have changed
// since the picture at the top of the README was made. Words are not compared.
func TestDemoPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		demo := runCommand(t, nil, "demo")
		if demo.code != 0 || !strings.Contains(demo.out, "… running for 3 s\n  Job \"What went wrong last week\" finished: ") {
			t.Fatalf("code %d, %s\n%s", demo.code, demo.err, demo.out)
		}
		digest := sha256.New()
		for line := range strings.Lines(demo.out) {
			if strings.HasPrefix(line, "→ ") {
				digest.Write([]byte(line))
			}
		}
		if strings.TrimSpace(readDocument(t, "../../docs/images/demo.sha256")) != hex.EncodeToString(digest.Sum(nil)) {
			t.Error("docs/images/demo.webp shows an older demo; record it again with e2e/app/run shots, and look at it")
		}
	})
}
