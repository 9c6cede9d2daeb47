package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeSpan       = regexp.MustCompile("`([^`\n]+)`")
	goBlock        = regexp.MustCompile("(?s)```go\n.*?```")
	qualifiedName  = regexp.MustCompile(`\b[A-Za-z]\w*(?:\.[A-Z]\w*){1,2}\b`) // exported names only: scope.filter is a field of a result
	testHelper     = regexp.MustCompile(`\b([a-z]\w*)\(t, |\[\]([a-z]\w*)\{`) // called in a test, or a type of its table
	testName       = regexp.MustCompile(`^Test[A-Z]\w*$`)
	repositoryPath = regexp.MustCompile(`^(?:\./)?(\.?[A-Za-z]\w*)/.`)
)

// protocolMethods are MCP methods that look like paths of the repository.
var protocolMethods = []string{"tools/list", "tools/call"}

// TestNamesInDocs checks that each path and each Go identifier of the repository in the
// documentation exists.
func TestNamesInDocs(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := readDeclarations(t)
	checked := 0
	check := func(document, name string, exists bool) {
		checked++
		if !exists {
			t.Errorf("%s names %s, which does not exist", document, name)
		}
	}
	for _, document := range append(documents, "README.md", "CONTRIBUTING.md") {
		content, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, span := range codeSpan.FindAllStringSubmatch(string(content), -1) {
			for _, word := range strings.Fields(span[1]) {
				if isRepositoryPath(word) {
					check(document, word, exists(word))
				}
				if testName.MatchString(word) {
					check(document, word, declared.names[word])
				}
			}
			if name := qualifiedName.FindString(span[1]); name == span[1] && declared.isDeclarable(name) {
				check(document, name, declared.names[name])
			}
		}
		for _, block := range goBlock.FindAllString(string(content), -1) {
			for _, name := range qualifiedName.FindAllString(block, -1) {
				if declared.isDeclarable(name) {
					check(document, name, declared.names[name])
				}
			}
			for _, name := range testHelper.FindAllStringSubmatch(block, -1) {
				check(document, name[1]+name[2], declared.names[name[1]+name[2]])
			}
		}
	}
	if checked < 50 {
		t.Errorf("found %d names, want 50 or more", checked)
	}
}

// isRepositoryPath reports whether a word is a path below a directory of the
// repository's root.
func isRepositoryPath(word string) bool {
	found := repositoryPath.FindStringSubmatch(word)
	return found != nil && exists(found[1]) && !slices.Contains(protocolMethods, word)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// declarations are the names that the packages of the repository declare.
type declarations struct {
	packages map[string]bool
	types    map[string]bool
	// names has each name as Name and as package.Name, and each field and method as
	// Type.Member and as package.Type.Member.
	names map[string]bool
}

// isDeclarable reports whether a qualified name begins with a package or an exported type
// of the repository.
func (d declarations) isDeclarable(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return d.packages[first] || d.types[first] && ast.IsExported(first)
}

func readDeclarations(t *testing.T) declarations {
	t.Helper()
	d := declarations{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			d.addFile(file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d declarations) addFile(file *ast.File) {
	pkg := strings.TrimSuffix(file.Name.Name, "_test")
	d.packages[pkg] = true
	add := func(name string) { d.names[name], d.names[pkg+"."+name] = true, true }
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			name := declaration.Name.Name
			if declaration.Recv != nil {
				name = receiverType(declaration.Recv.List[0].Type) + "." + name
			}
			add(name)
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add(name.Name)
					}
				case *ast.TypeSpec:
					add(spec.Name.Name)
					d.types[spec.Name.Name] = true
					for _, member := range members(spec.Type) {
						add(spec.Name.Name + "." + member)
					}
				}
			}
		}
	}
}

// receiverType returns the name of a receiver's type, without a pointer and type
// parameters.
func receiverType(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.StarExpr:
		return receiverType(expression.X)
	case *ast.IndexExpr:
		return receiverType(expression.X)
	case *ast.Ident:
		return expression.Name
	}
	return ""
}

// members lists the fields of a struct and the methods of an interface.
func members(expression ast.Expr) []string {
	var fields *ast.FieldList
	switch expression := expression.(type) {
	case *ast.StructType:
		fields = expression.Fields
	case *ast.InterfaceType:
		fields = expression.Methods
	default:
		return nil
	}
	var names []string
	for _, field := range fields.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
