package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// TestDemoPicture fails when demo.go has changed since the animation at the top of the
// README was recorded.
func TestDemoPicture(t *testing.T) {
	sum := sha256.Sum256([]byte(readDocument(t, "demo.go")))
	if strings.TrimSpace(readDocument(t, "../../docs/images/demo.sha256")) != hex.EncodeToString(sum[:]) {
		t.Error("docs/images/demo.webp shows an older demo; record it again with e2e/app/run shots, and look at it")
	}
}
