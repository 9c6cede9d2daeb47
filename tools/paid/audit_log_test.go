package paid

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// A result that is not in the list would have no counter before its first occurrence.
func TestResultsHasEveryResult(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "audit_log.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []Result
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Result" {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, Result(value))
			}
		}
		return true
	})
	if len(declared) == 0 || !slices.Equal(Results(), declared) {
		t.Errorf("Results() is %q, declared are %q", Results(), declared)
	}
}
