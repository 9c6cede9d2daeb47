package app

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestPageIsOneDocument(t *testing.T) {
	html := HTML()
	t.Logf("the page has %d bytes", len(html))
	if len(html) >= 100_000 {
		t.Errorf("the page has %d bytes; fewer than 100,000 are allowed", len(html))
	}
	for _, once := range []string{"<!doctype html>", "<html", "</head>", "<body>", "<style>", "</style>", "<script", "</script>", "</html>"} {
		if n := strings.Count(html, once); n != 1 {
			t.Errorf("%s stands %d times in the page", once, n)
		}
	}
}

func TestPageLoadsNothing(t *testing.T) {
	html := HTML()
	for _, pattern := range []string{
		`https?://[a-zA-Z]`, `<link`, `\ssrc=`, `@import`, `url\(`, `\bimport\(`, `\bfetch\(`, `XMLHttpRequest`, `WebSocket`, `sendBeacon`, `new Worker`, `localStorage`,
	} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
}

func TestPageEscapesText(t *testing.T) {
	html := HTML()
	for _, pattern := range []string{`innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `DOMParser`, `createContextualFragment`, `\beval\(`, `new Function`, `<[a-z]+[^>]*\son[a-z]+=`} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
}

func TestPolicyMatchesPage(t *testing.T) {
	html := HTML()
	between := func(from, to string) string {
		_, rest, _ := strings.Cut(html, from)
		inside, _, _ := strings.Cut(rest, to)
		return inside
	}
	content := between(`http-equiv="Content-Security-Policy" content="`, `"`)
	for _, want := range []string{
		"default-src 'none'",
		"script-src '" + digest(between(`<script type="module">`, "</script>")) + "'",
		"style-src '" + digest(between("<style>", "</style>")) + "'",
		"require-trusted-types-for 'script'",
	} {
		if !strings.Contains(content, want) {
			t.Errorf("the policy lacks %s: %s", want, content)
		}
	}
}

// TestPolicyAllowsNoHost checks that the page loads nothing from any host, not even fonts.
func TestPolicyAllowsNoHost(t *testing.T) {
	_, rest, _ := strings.Cut(HTML(), `http-equiv="Content-Security-Policy" content="`)
	policy, _, _ := strings.Cut(rest, `"`)
	if found := regexp.MustCompile(`https?:|\*|'self'`).FindString(policy); found != "" || !strings.Contains(policy, "font-src data:;") {
		t.Errorf("the policy allows more than data: %s", policy)
	}
}

// TestPicturesAreCurrent fails if the page has changed since the pictures of it in
// docs/images were taken.
func TestPicturesAreCurrent(t *testing.T) {
	of, err := os.ReadFile("../../docs/images/app.sha256")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(HTML()))
	if strings.TrimSpace(string(of)) != hex.EncodeToString(sum[:]) {
		t.Error("docs/images shows an older page; take the pictures again with e2e/app/run shots, and look at them")
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
