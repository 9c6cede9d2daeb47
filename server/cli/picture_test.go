package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// TestMovingPictureShowsTheDemo fails where the demo has changed since the picture at
// the top of the README was made; TestPicturesShowThePage does for the report page.
func TestMovingPictureShowsTheDemo(t *testing.T) {
	sum := sha256.Sum256([]byte(readDocument(t, "demo.go")))
	if strings.TrimSpace(readDocument(t, "../../docs/images/demo.sha256")) != hex.EncodeToString(sum[:]) {
		t.Error("docs/images/demo.webp shows an older demo; make it anew with e2e/app/run shots, and look at it")
	}
}
