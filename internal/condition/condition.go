// Package condition compiles the `when` expressions of policies and plans. It
// owns the language: expr-lang reduced to comparisons, logic and plain
// arithmetic on the variables of one struct, so that a condition has no clock,
// no randomness, no loops but one over a short list, a bounded cost, cannot
// fail once compiled, and gives the same answer on every processor. It does not
// own which variables exist (routing and incentive each bring their struct) and
// writes no keys.
//
// # The language
//
//	text      'DE' "DE"   == != < > <= >= in contains startsWith endsWith matches + ; lower upper trim len
//	numbers   3 0.25      == != < > <= >= in + - * / % ; abs ceil floor round min max
//	truth     true false  and or not && || ! == != ; a ? b : c
//	lists     ['a', 'b'] 1..12 and variables such as partner.regions, to the right of `in`
//	          any all none one count, over a list: any(partner.regions, # startsWith 'D')
//	tables    customer.attributes.colour, '' where the customer has none; 'colour' in customer.attributes
//
// Whole numbers and fractions compare with each other; text compares by bytes;
// dividing by nothing gives infinity, as in any double. Powers are refused
// because they are not the same to the last bit on every processor, and `let`
// and `repeat` because text could grow without bound.
package condition

import (
	"sync"

	"github.com/expr-lang/expr/vm"

	"github.com/fairlead/fairlead/internal/fault"
)

// Slug is the slug of every error of Compile.
const Slug = "invalid_condition"

// Limits of one condition.
const (
	MaxBytes = 4096 // length as written
	MaxCost  = 1000 // steps it may need at worst; one is about 30 ns
)

// Program is a compiled condition, safe for concurrent use.
type Program struct {
	source string
	run    *vm.Program
	env    *variable
	cost   int
	reads  []string
	path   string // for Equalities, "" if nothing is known
	values []string
}

// Source is the condition as written.
func (p *Program) Source() string { return p.source }

// Cost is the most steps that one Match takes, at most MaxCost. A step is about
// 30 ns.
func (p *Program) Cost() int { return p.cost }

// Reads lists the paths of the variables that the condition reads, sorted, each
// once: "customer.region", "customer.attributes.colour". A path can be looked
// up with Value.
func (p *Program) Reads() []string { return p.reads }

// Equalities reports that the condition can only be true when the text
// variable at path equals one of values (sorted, without repeats): it has the
// form `path == 'a'`, `path in ['a', 'b']`, several of these about one path
// joined by `or`, or any of them joined by `and` to something else. ok is false
// when nothing of the kind is known, and then the condition must be tried.
func (p *Program) Equalities() (path string, values []string, ok bool) {
	return p.path, p.values, p.path != ""
}

var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// Match reports whether the condition holds for env, a pointer to (or, at the
// cost of a copy, a value of) the struct given to Compile. A compiled condition
// cannot fail on it; the error, of kind Internal, is for an env of another type.
func (p *Program) Match(env any) (bool, error) {
	if !p.env.describes(env) {
		return false, fault.New(fault.Internal, "internal", "internal error").
			Because(fault.New(fault.Internal, "condition_env",
				"condition %q was compiled for %s, not %T", p.source, p.env.typ, env))
	}
	machine := machines.Get().(*vm.VM)
	out, err := machine.Run(p.run, env)
	machines.Put(machine)
	if err != nil {
		return false, fault.Of(err)
	}
	return out.(bool), nil
}
