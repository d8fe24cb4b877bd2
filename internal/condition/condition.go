// Package condition compiles the `when` expressions of policies and plans. It
// owns the language: expr-lang reduced to comparisons, logic and plain
// arithmetic on the variables of one struct, so that a condition has no clock,
// no randomness, no loops, a bounded cost, cannot fail once compiled, and
// gives the same answer on every processor. It does not own which variables
// exist (routing and incentive each bring their struct) and writes no keys.
package condition

// Slug is the slug of every error of Compile.
const Slug = "invalid_condition"

// MaxBytes is the length a condition may have.
const MaxBytes = 4096

// Program is a compiled condition, safe for concurrent use.
type Program struct {
	source  string
	run     runner
	reads   []string
	eqPath  string
	eqs     []string
	indexed bool
}

// Source is the condition as written.
func (p *Program) Source() string { return p.source }

// Reads lists the paths of the variables that the condition reads, sorted,
// each once: "customer.region", "customer.attributes.colour". A path can be
// looked up with Value.
func (p *Program) Reads() []string { return p.reads }

// Equalities reports that the condition can only be true when the text
// variable at path equals one of values (sorted, without repeats): it has the
// form `path == 'a'`, `path in ['a', 'b']`, several of these joined by `or`, or
// any of them joined by `and` to something else. ok is false when nothing of
// the kind is known, and then the condition must be tried.
func (p *Program) Equalities() (path string, values []string, ok bool) {
	return p.eqPath, p.eqs, p.indexed
}
