package app

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
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
			t.Errorf("the page holds %q", found)
		}
	}
}

func TestPageMakesNoMarkupFromText(t *testing.T) {
	html := HTML()
	for _, pattern := range []string{`innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `DOMParser`, `createContextualFragment`, `\beval\(`, `new Function`, `<[a-z]+[^>]*\son[a-z]+=`} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page holds %q", found)
		}
	}
}

func TestPolicyFitsThePage(t *testing.T) {
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

func TestJoinIsDeterministic(t *testing.T) {
	for range 5 {
		again, err := join(pages, "page")
		if err != nil {
			t.Fatal(err)
		}
		if again != HTML() {
			t.Fatal("joined twice, the page differs")
		}
	}
}

func page(modules map[string]string) fstest.MapFS {
	files := fstest.MapFS{"p/index.html": {Data: []byte("<head>\n<link rel=\"stylesheet\" href=\"a.css\">\n</head>\n<script type=\"module\" src=\"main.js\"></script>\n")}}
	files["p/a.css"] = &fstest.MapFile{Data: []byte("/* why */\np {\n  margin: 0;\n}\n")}
	for name, source := range modules {
		files["p/"+name] = &fstest.MapFile{Data: []byte(source)}
	}
	return files
}

func TestJoinOrdersModulesByTheirImports(t *testing.T) {
	html, err := join(page(map[string]string{
		"main.js": "// The start.\nimport { b } from './b.js';\nimport {\n  a as first,\n  two,\n} from './a.js';\n\nb(first, two);\n",
		"a.js":    "/**\n * One.\n */\nexport const a = 1;\nexport function two() {\n  return 2; // stays\n}\n",
		"b.js":    "import { a } from './a.js';\nexport async function b() {}\nexport class C {}\n",
	}), "p")
	if err != nil {
		t.Fatal(err)
	}
	want := `<script type="module">const $a = (() => {
const a = 1;
function two() {
return 2; // stays
}
return {a, two};
})();
const $b = (() => {
const { a } = $a;
async function b() {}
class C {}
return {b, C};
})();
const $main = (() => {
const { b } = $b;
const {
a: first,
two,
} = $a;
b(first, two);
return {};
})();
</script>`
	if !strings.Contains(html, want) {
		t.Errorf("joined:\n%s", html)
	}
	if !strings.Contains(html, "<style>p {\nmargin: 0;\n}\n</style>") {
		t.Errorf("styles:\n%s", html)
	}
}

func TestJoinRefusesWhatItCannotJoin(t *testing.T) {
	for name, test := range map[string]struct {
		modules map[string]string
		want    string
	}{
		"a ring":             {map[string]string{"main.js": "import { a } from './a.js';\n", "a.js": "import { b } from './b.js';\nexport const a = 1;\n", "b.js": "import { a } from './a.js';\nexport const b = 1;\n"}, "imports itself"},
		"a missing module":   {map[string]string{"main.js": "import { a } from './a.js';\n"}, "a.js"},
		"a default import":   {map[string]string{"main.js": "import a from './a.js';\n"}, "cannot be joined"},
		"a default export":   {map[string]string{"main.js": "export default 1;\n"}, "cannot be joined"},
		"a bare import":      {map[string]string{"main.js": "import { a } from 'elsewhere';\n"}, "cannot be joined"},
		"a tall template":    {map[string]string{"main.js": "const a = `one\n  two`;\n"}, "main.js:1"},
		"the script's end":   {map[string]string{"main.js": "const a = '</script>';\n"}, "end early"},
		"no module at start": {map[string]string{}, "main.js"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := join(page(test.modules), "p"); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
