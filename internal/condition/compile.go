package condition

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/fairlead/fairlead/internal/fault"
)

// Compile checks and compiles a condition. env is the zero value of the struct
// (or a pointer to it) whose exported fields, named by `expr` tags, are the
// variables: string, bool, int, int64, float64, []string, map[string]string,
// and structs of these; any other env panics. The error is a fault.Invalid with
// slug invalid_condition that lists what is wrong, each Field the place in the
// condition ("line 1, column 10"): unknown names with the nearest known one,
// ill-typed comparisons, constructs that need a clock, chance, or unbounded
// work, and a cost above MaxCost.
func Compile(src string, env any) (*Program, error) {
	p := &Program{source: src, env: environment(env)}
	if err := checkLength(src); err != nil {
		return nil, err
	}
	config := conf.New(env)
	expr.AsBool()(config)
	tree, err := parser.ParseWithConfig(src, config)
	if err != nil {
		return nil, refused(src, err)
	}
	look := inspect(src, tree.Node, p.env)
	if err := look.err(); err != nil {
		return nil, err
	}
	p.cost, p.reads = look.cost, look.variables()
	p.path, p.values = equalities(tree.Node, p.env)
	if _, err := checker.Check(tree, config); err != nil {
		return nil, refused(src, err)
	}
	ast.Walk(&tree.Node, folder{})
	if p.run, err = compiler.Compile(tree, config); err != nil {
		return nil, refused(src, err)
	}
	return p, nil
}

// CompileAt is Compile for a condition that stands at a JSON path of a document
// ("rules[2].when"): the error's Fields name that path, and each message begins
// with the line and column.
func CompileAt(path, src string, env any) (*Program, error) {
	p, err := Compile(src, env)
	if err == nil {
		return p, nil
	}
	inner := fault.Of(err)
	outer := fault.New(fault.Invalid, Slug, "%s", inner.Msg).Because(inner.Err)
	for _, f := range inner.Fields {
		outer.At(path, "%s: %s", f.Field, f.Message)
	}
	return nil, outer
}

func invalid() *fault.Error { return fault.New(fault.Invalid, Slug, "the condition is not valid") }

func checkLength(src string) error {
	switch {
	case strings.TrimSpace(src) == "":
		return invalid().At(place(src, 0), "the condition is empty")
	case len(src) > MaxBytes:
		return invalid().At(place(src, MaxBytes), "the condition has %d bytes, at most %d are allowed", len(src), MaxBytes)
	}
	return nil
}

// refused words an error of the expression language itself.
func refused(src string, err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return invalid().Because(err).At(place(src, at.From), "%s", at.Message)
	}
	return invalid().Because(err).At(place(src, 0), "%s", err.Error())
}

// place words a position in the condition, given in characters from its start.
func place(src string, from int) string {
	line, column := 1, 1
	for _, r := range src {
		if from == 0 {
			break
		}
		from--
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("line %d, column %d", line, column)
}
