package condition

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/fairlead/fairlead/internal/document"
)

// inspection walks a parsed condition once: it admits only the constructs of
// the language, checks their types, notes the variables read and sums the cost.
type inspection struct {
	src      string
	env      *variable
	problems document.Problems
	reads    map[string]bool
	cost     int
	within   bool // a predicate: # is one item of a list
}

func inspect(src string, root ast.Node, env *variable) *inspection {
	in := &inspection{src: src, env: env, reads: map[string]bool{}}
	if c := in.node(root); c != truth && c != unknown {
		in.refuse(root, "a condition is true or false, but this is %s", c)
	}
	if in.cost > MaxCost {
		in.refuse(root, "the condition is too slow: it may need %d steps, at most %d are allowed", in.cost, MaxCost)
	}
	return in
}

func (in *inspection) variables() []string { return slices.Sorted(maps.Keys(in.reads)) }

func (in *inspection) err() error {
	if in.problems.Len() == 0 {
		return nil
	}
	e := invalid()
	e.Fields = in.problems.Fields()
	return e
}

// refuse notes a problem at a node and gives the class that keeps it from being
// told twice.
func (in *inspection) refuse(n ast.Node, format string, args ...any) class {
	in.problems.Add(place(in.src, n.Location().From), format, args...)
	return unknown
}

func (in *inspection) node(n ast.Node) class {
	in.cost++
	switch n := n.(type) {
	case *ast.StringNode:
		return text
	case *ast.IntegerNode, *ast.FloatNode:
		return number
	case *ast.BoolNode:
		return truth
	case *ast.IdentifierNode, *ast.MemberNode:
		return in.variable(n)
	case *ast.PointerNode:
		if in.within && n.Name == "" {
			return text
		}
		return in.refuse(n, "# stands for one item of a list, inside any(...), all(...) and the like")
	case *ast.UnaryNode:
		return in.unary(n)
	case *ast.BinaryNode:
		return in.binary(n)
	case *ast.ConditionalNode:
		return in.choice(n)
	case *ast.ArrayNode:
		return in.refuse(n, "a list may only stand to the right of `in`")
	case *ast.BuiltinNode:
		return in.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			return in.call(n, name.Value, n.Arguments)
		}
	}
	return in.refuse(n, "%s", construct(n))
}

// construct says why a construct is not part of the language.
func construct(n ast.Node) string {
	switch n.(type) {
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		return "a condition is one expression: `let` and `;` are not available"
	case *ast.NilNode, *ast.ChainNode:
		return "nothing is nil here: absent text is '', an absent number 0"
	case *ast.CallNode:
		return "a condition cannot call this"
	}
	return "this is not available in a condition"
}

// variable resolves a name, a.b.c or a["b"], to the variable it stands for.
func (in *inspection) variable(n ast.Node) class {
	v, ok := in.resolve(n)
	if !ok {
		return unknown
	}
	if v.class == group {
		return in.refuse(n, "%s is not a value: say which of its variables (%s)", v.path, strings.Join(v.names, ", "))
	}
	in.reads[v.path] = true
	return v.class
}

func (in *inspection) resolve(n ast.Node) (*variable, bool) {
	v, problem := resolve(n, in.env)
	if problem != nil {
		in.refuse(problem.at, "%s", problem.says)
	}
	return v, problem == nil
}

// misnamed is a name that stands for nothing.
type misnamed struct {
	at   ast.Node
	says string
}

func resolve(n ast.Node, env *variable) (*variable, *misnamed) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return env.field(n, n.Value)
	case *ast.MemberNode:
		if n.Optional || n.Method {
			return nil, &misnamed{n, construct(&ast.ChainNode{})}
		}
		of, problem := resolve(n.Node, env)
		if problem != nil {
			return nil, problem
		}
		name, ok := n.Property.(*ast.StringNode)
		if !ok {
			return nil, &misnamed{n.Property, fmt.Sprintf(
				"what is read of %s must be named, it cannot be computed or counted", of.path)}
		}
		return of.field(name, name.Value)
	}
	return nil, &misnamed{n, "only a variable has parts"}
}

func (v *variable) field(at ast.Node, name string) (*variable, *misnamed) {
	if v.class == table {
		return &variable{path: v.path + "." + name, class: text}, nil
	}
	if f := v.fields[name]; f != nil {
		return f, nil
	}
	path := strings.TrimPrefix(v.path+"."+name, ".")
	if v.class != group {
		return nil, &misnamed{at, fmt.Sprintf("unknown name %s: %s is %s and has no parts", path, v.path, v.class)}
	}
	near := strings.TrimPrefix(v.path+"."+document.Nearest(name, v.names), ".")
	return nil, &misnamed{at, fmt.Sprintf("unknown name %s; the nearest known one is %s", path, near)}
}

func (in *inspection) choice(n *ast.ConditionalNode) class {
	in.want(n.Cond, truth, "what is asked before ?")
	a, b := in.node(n.Exp1), in.node(n.Exp2)
	if a != b && a != unknown && b != unknown {
		return in.refuse(n, "both answers of a choice must be of one kind, not %s and %s", a, b)
	}
	return a
}

// want checks that a part is of a class; what names the part.
func (in *inspection) want(n ast.Node, c class, what string) {
	if got := in.node(n); got != c && got != unknown {
		in.refuse(n, "%s must be %s, not %s", what, c, got)
	}
}

// pattern checks the constant on the right of `matches` and adds what trying it
// costs: the machine of a long or much repeated pattern is large.
func (in *inspection) pattern(n ast.Node) {
	constant, ok := n.(*ast.StringNode)
	if !ok {
		in.refuse(n, "the pattern of `matches` must be written out, it cannot be computed")
		return
	}
	re, err := syntax.Parse(constant.Value, syntax.Perl)
	if err != nil {
		in.refuse(n, "the pattern is not valid: %s", err)
		return
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		in.refuse(n, "the pattern is not valid: %s", err)
		return
	}
	in.cost += 10 + 2*len(prog.Inst)
}
