package app

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

// forms are what is looked for in a page and in its modules.
type forms struct{ styleLink, scriptLink, importLine, exportLine, unjoined *regexp.Regexp }

var form = sync.OnceValue(func() forms {
	return forms{
		styleLink:  regexp.MustCompile(`(?m)^<link rel="stylesheet" href="([a-z]+\.css)">\n`),
		scriptLink: regexp.MustCompile(`<script type="module" src="([a-z]+\.js)"></script>`),
		importLine: regexp.MustCompile(`(?m)^import \{([^}]*)\} from '\./([a-z]+\.js)';\n`),
		exportLine: regexp.MustCompile(`(?m)^export ((?:async )?(?:function|class|const) (\w+))`),
		unjoined:   regexp.MustCompile(`(?m)^(?:import|export)\b.*`),
	}
})

// join puts a page's style sheets and modules into its index.html.
//
// A host's frame can load nothing, so the modules become one script: each a
// function of what it imports that returns what it exports, in the order of
// their imports. Their names stay apart as they were.
func join(files fs.FS, dir string) (string, error) {
	index, err := fs.ReadFile(files, path.Join(dir, "index.html"))
	if err != nil {
		return "", err
	}
	page := string(index)
	var style strings.Builder
	for _, link := range form().styleLink.FindAllStringSubmatch(page, -1) {
		sheet, err := fs.ReadFile(files, path.Join(dir, link[1]))
		if err != nil {
			return "", err
		}
		style.WriteString(compact(string(sheet)))
	}
	script := form().scriptLink.FindStringSubmatch(page)
	if script == nil {
		return "", fmt.Errorf("index.html names no module")
	}
	modules := bundle{files: files, dir: dir, state: map[string]int{}}
	if err := modules.add(script[1]); err != nil {
		return "", err
	}
	code := modules.code.String()
	if strings.Contains(code, "</script") || strings.Contains(style.String(), "</style") {
		return "", fmt.Errorf("the page would end early at its own </script or </style")
	}
	head := policy(style.String(), code) + "<style>" + style.String() + "</style>\n"
	page = form().styleLink.ReplaceAllLiteralString(page, "")
	page = strings.Replace(page, "</head>", head+"</head>", 1)
	return strings.Replace(page, script[0], `<script type="module">`+code+"</script>", 1), nil
}

// policy is the page's own content security policy, below whatever the host has:
// this script and this style, no markup made from text, and nothing from the
// network but the typefaces that the host may name.
func policy(style, script string) string {
	return fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '%s'; style-src '%s'; font-src https: data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'">`+"\n",
		digest(script), digest(style))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// bundle is modules on their way into one script.
type bundle struct {
	files fs.FS
	dir   string
	code  strings.Builder
	state map[string]int
}

const adding, added = 1, 2

// add writes a module behind those it imports.
func (b *bundle) add(name string) error {
	switch b.state[name] {
	case added:
		return nil
	case adding:
		return fmt.Errorf("%s imports itself, by way of others", name)
	}
	b.state[name] = adding
	source, err := fs.ReadFile(b.files, path.Join(b.dir, name))
	if err != nil {
		return err
	}
	module := string(source)
	for _, line := range form().importLine.FindAllStringSubmatch(module, -1) {
		if err := b.add(line[2]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	var exports []string
	for _, line := range form().exportLine.FindAllStringSubmatch(module, -1) {
		exports = append(exports, line[2])
	}
	module = form().importLine.ReplaceAllStringFunc(module, func(line string) string {
		parts := form().importLine.FindStringSubmatch(line)
		return "const {" + strings.ReplaceAll(parts[1], " as ", ": ") + "} = " + variable(parts[2]) + ";\n"
	})
	module = form().exportLine.ReplaceAllString(module, "$1")
	if line := form().unjoined.FindString(module); line != "" {
		return fmt.Errorf("%s: this form cannot be joined: %s", name, line)
	}
	for i, line := range strings.Split(module, "\n") {
		if strings.Count(line, "`")%2 != 0 {
			return fmt.Errorf("%s:%d: a template over several lines would lose its indentation", name, i+1)
		}
	}
	fmt.Fprintf(&b.code, "const %s = (() => {\n%sreturn {%s};\n})();\n", variable(name), compact(module), strings.Join(exports, ", "))
	b.state[name] = added
	return nil
}

func variable(module string) string { return "$" + strings.TrimSuffix(module, ".js") }

// compact leaves out comments that have lines to themselves, and indentation.
func compact(source string) string {
	var b strings.Builder
	comment := false
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if comment || strings.HasPrefix(line, "/*") && (strings.HasSuffix(line, "*/") || !strings.Contains(line, "*/")) {
			comment = !strings.HasSuffix(line, "*/")
			continue
		}
		if line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
