//go:build ignore

// The program generate builds page.html from the sources in the folder page: esbuild
// bundles the modules and the style sheets, and index.html includes them. Its argument is
// the output file.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
)

func main() {
	index, err := os.ReadFile("page/index.html")
	if err != nil {
		log.Fatal(err)
	}
	script, style := bundle("page/main.js"), bundle("page/style.css")
	// The page's own policy, in addition to the host's: only this script and this style,
	// no markup from text, and nothing from the network except typefaces that the host
	// passes as data.
	policy := fmt.Sprintf(`default-src 'none'; script-src '%s'; style-src '%s'; font-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
		digest(script), digest(style))
	page := strings.NewReplacer(
		`<link rel="stylesheet" href="style.css">`,
		`<meta http-equiv="Content-Security-Policy" content="`+policy+`">`+"\n<style>"+style+"</style>",
		`<script type="module" src="main.js"></script>`,
		`<script type="module">`+script+"</script>",
	).Replace(string(index))
	if err := os.WriteFile(os.Args[1], []byte(page), 0o644); err != nil {
		log.Fatal(err)
	}
}

func bundle(file string) string {
	esbuild := exec.Command("go", "tool", "esbuild", file,
		"--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--minify-whitespace", "--line-limit=120", "--log-level=warning")
	esbuild.Stderr = os.Stderr
	out, err := esbuild.Output()
	if err != nil {
		log.Fatalf("esbuild %s: %v", file, err)
	}
	return string(out)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
