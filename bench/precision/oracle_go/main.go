// What go/types says of the names in a Go module, for compare.py: oracle_go TREE
//
// Every package of the module and its tests is checked; definitions that other code can name (package level, methods, fields, methods
// of interfaces), uses and the directories imports lead to are printed in the form compare.py reads.
package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

type oracle struct {
	root   string
	fset   *token.FileSet
	lines  map[string]bool
	bodies []*ast.BlockStmt // of the functions of the file at hand
}

func (o *oracle) relative(name string) (string, bool) {
	path, err := filepath.Rel(o.root, name)
	return path, err == nil && !strings.HasPrefix(path, "..")
}

func (o *oracle) place(pos token.Pos) (string, int, bool) {
	at := o.fset.PositionFor(pos, false)
	path, inside := o.relative(at.Filename)
	return path, at.Offset, inside && pos.IsValid()
}

func (o *oracle) say(parts ...any) {
	text := make([]string, len(parts))
	for i, part := range parts {
		text[i] = fmt.Sprint(part)
	}
	o.lines[strings.Join(text, "\t")] = true
}

func origin(obj types.Object) types.Object {
	switch generic := obj.(type) {
	case *types.Func:
		return generic.Origin()
	case *types.Var:
		return generic.Origin()
	}
	return obj
}

// What stands in a function is its own, and so are the fields of its types; an embedded field is a use of its type.
func (o *oracle) lasting(obj types.Object) bool {
	for _, body := range o.bodies {
		if body.Pos() <= obj.Pos() && obj.Pos() < body.End() {
			return false
		}
	}
	switch v := obj.(type) {
	case *types.Var:
		return v.IsField() && !v.Embedded() || v.Parent() == v.Pkg().Scope()
	case *types.Func:
		return true
	case *types.PkgName, *types.Label:
		return false
	}
	return obj.Parent() != nil && obj.Parent() == obj.Pkg().Scope()
}

func (o *oracle) definition(id *ast.Ident, obj types.Object) {
	path, start, inside := o.place(id.Pos())
	if !inside || obj == nil || obj.Pkg() == nil || id.Name == "_" || !o.lasting(obj) {
		return
	}
	o.say("D", path, start, id.Name)
}

func (o *oracle) use(id *ast.Ident, obj types.Object) {
	path, start, inside := o.place(id.Pos())
	if _, qualifier := obj.(*types.PkgName); !inside || qualifier {
		return
	}
	if to, at, here := o.place(origin(obj).Pos()); here {
		o.say(path, start, fmt.Sprintf("%s:%d", to, at))
	} else {
		o.say(path, start, "-")
	}
}

// An import leads to a package: its directory, with the slash that compare.py takes for "any file of".
func (o *oracle) imports(pkg *packages.Package, file *ast.File, path string) {
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		to := "-"
		if used := pkg.Imports[name]; used != nil && len(used.GoFiles) > 0 {
			if directory, inside := o.relative(filepath.Dir(used.GoFiles[0])); inside {
				to = directory + "/"
			}
		}
		o.say("I", path, to, name)
	}
}

func (o *oracle) pkg(pkg *packages.Package) {
	o.bodies = nil
	for _, file := range pkg.Syntax {
		path, inside := o.relative(o.fset.Position(file.Package).Filename)
		if !inside {
			continue
		}
		o.say(path, -1, "-")
		o.imports(pkg, file, path)
		for _, decl := range file.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Body != nil {
				o.bodies = append(o.bodies, function.Body)
			}
		}
	}
	for id, obj := range pkg.TypesInfo.Defs {
		o.definition(id, obj)
	}
	for id, obj := range pkg.TypesInfo.Uses {
		o.use(id, obj)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: oracle_go TREE")
		os.Exit(2)
	}
	root, err := filepath.Abs(os.Args[1])
	o := &oracle{root: root, fset: token.NewFileSet(), lines: map[string]bool{}}
	want := packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax |
		packages.NeedTypesInfo | packages.NeedModule
	config := &packages.Config{Mode: want, Dir: root, Fset: o.fset, Tests: true}
	var found []*packages.Package
	if err == nil {
		found, err = packages.Load(config, "./...")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle_go:", err)
		os.Exit(1)
	}
	for _, pkg := range found {
		for _, problem := range pkg.Errors {
			fmt.Fprintln(os.Stderr, "oracle_go:", problem)
		}
		if pkg.TypesInfo != nil {
			o.pkg(pkg)
		}
	}
	lines := make([]string, 0, len(o.lines))
	for line := range o.lines {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
