package condition

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/fairlead/fairlead/internal/document"
)

// Steps charged for work on a text or list whose length the condition does not
// say, and the most items that a range may have.
const (
	textSteps = 4
	listSteps = 16
	maxRange  = 366
)

func (in *inspection) unary(n *ast.UnaryNode) class {
	want, what := truth, "what `not` turns around"
	if n.Operator == "-" || n.Operator == "+" {
		want, what = number, "what has a sign"
	}
	in.want(n.Node, want, what)
	return want
}

func (in *inspection) binary(n *ast.BinaryNode) class {
	side := "what stands beside `" + n.Operator + "`"
	switch n.Operator {
	case "and", "&&", "or", "||":
		in.want(n.Left, truth, side)
		in.want(n.Right, truth, side)
		return truth
	case "==", "!=", "<", "<=", ">", ">=":
		return in.compare(n)
	case "in":
		return in.member(n)
	case "contains", "startsWith", "endsWith":
		in.cost += textSteps
		in.want(n.Left, text, side)
		in.want(n.Right, text, side)
		return truth
	case "matches":
		in.want(n.Left, text, side)
		in.pattern(n.Right)
		return truth
	case "+":
		return in.add(n)
	case "-", "*":
		in.want(n.Left, number, side)
		in.want(n.Right, number, side)
		return number
	case "/", "%":
		return in.divide(n)
	case "**", "^":
		return in.refuse(n, "powers are not available: they are not the same to the last bit on every processor")
	case "..":
		return in.refuse(n, "a range may only stand to the right of `in`")
	case "??":
		return in.refuse(n, "%s", construct(&ast.NilNode{}))
	}
	return in.refuse(n, "the operator %s is not available in a condition", n.Operator)
}

func (in *inspection) compare(n *ast.BinaryNode) class {
	a, b := in.node(n.Left), in.node(n.Right)
	if a == unknown || b == unknown {
		return truth
	}
	equality := n.Operator == "==" || n.Operator == "!="
	if a != b || a != text && a != number && (a != truth || !equality) {
		in.refuse(n, "cannot compare %s with %s by %s", a, b, n.Operator)
	}
	return truth
}

func (in *inspection) add(n *ast.BinaryNode) class {
	a, b := in.node(n.Left), in.node(n.Right)
	switch {
	case a == unknown || b == unknown:
		return unknown
	case a == text && b == text:
		in.cost += textSteps
		return text
	case a == number && b == number:
		return number
	}
	return in.refuse(n, "cannot add %s and %s", a, b)
}

// divide refuses what would fail or mean nothing for some customer: a remainder
// by anything but a constant, and a constant zero.
func (in *inspection) divide(n *ast.BinaryNode) class {
	side := "what stands beside `" + n.Operator + "`"
	in.want(n.Left, number, side)
	in.want(n.Right, number, side)
	by, whole := n.Right.(*ast.IntegerNode)
	fraction, broken := n.Right.(*ast.FloatNode)
	switch {
	case whole && by.Value == 0, broken && fraction.Value == 0:
		return in.refuse(n.Right, "cannot divide by zero")
	case n.Operator == "%" && !whole:
		return in.refuse(n.Right, "the remainder is available by a constant whole number only")
	}
	return number
}

// member checks `x in y`, where y is a list written out, a range of constants,
// or a variable.
func (in *inspection) member(n *ast.BinaryNode) class {
	left := in.node(n.Left)
	switch right := n.Right.(type) {
	case *ast.ArrayNode:
		for _, item := range right.Nodes {
			if c := in.constant(item); c != left && c != unknown && left != unknown {
				in.refuse(item, "cannot look for %s among %s", left, c)
			}
		}
		if left == number {
			in.cost += len(right.Nodes)
		}
		in.cost++
		return truth
	case *ast.BinaryNode:
		if right.Operator == ".." {
			in.span(left, right)
			return truth
		}
	}
	if c := in.node(n.Right); c != list && c != table && c != unknown {
		in.refuse(n.Right, "to the right of `in` stands a list, not %s", c)
	} else if left != text && left != unknown {
		in.refuse(n.Left, "cannot look for %s among text", left)
	}
	in.cost += listSteps
	return truth
}

// constant is the class of an item of a list that is written out.
func (in *inspection) constant(n ast.Node) class {
	if sign, ok := n.(*ast.UnaryNode); ok && sign.Operator == "-" {
		n = sign.Node
	}
	switch n.(type) {
	case *ast.StringNode:
		return text
	case *ast.IntegerNode, *ast.FloatNode:
		return number
	}
	return in.refuse(n, "the items of a list must be constants")
}

func (in *inspection) span(left class, r *ast.BinaryNode) {
	from, a := r.Left.(*ast.IntegerNode)
	to, b := r.Right.(*ast.IntegerNode)
	switch {
	case !a || !b:
		in.refuse(r, "a range has constant ends")
	case to.Value < from.Value || to.Value-from.Value >= maxRange || from.Value < 0:
		in.refuse(r, "the condition is too slow: a range has 1 to %d items; compare with >= and <= instead", maxRange)
	case left != number && left != unknown:
		in.refuse(r, "cannot look for %s among numbers", left)
	default:
		in.cost += to.Value - from.Value + 1
	}
}

// functions maps a function to the class of its arguments and its own.
var functions = map[string]struct {
	takes, gives class
	least, most  int // how many arguments
}{
	"len": {text, number, 1, 1}, "lower": {text, text, 1, 1}, "upper": {text, text, 1, 1}, "trim": {text, text, 1, 1},
	"hasPrefix": {text, truth, 2, 2}, "hasSuffix": {text, truth, 2, 2},
	"abs": {number, number, 1, 1}, "ceil": {number, number, 1, 1}, "floor": {number, number, 1, 1},
	"round": {number, number, 1, 1},
	"min":   {number, number, 2, 8}, "max": {number, number, 2, 8},
}

var loops = map[string]class{"any": truth, "all": truth, "none": truth, "one": truth, "count": number}

func (in *inspection) call(n ast.Node, name string, args []ast.Node) class {
	if gives, ok := loops[name]; ok {
		in.loop(n, name, args)
		return gives
	}
	f, ok := functions[name]
	if !ok {
		return in.refuse(n, "%s", why(name))
	}
	if len(args) < f.least || len(args) > f.most {
		in.refuse(n, "%s takes %d to %d arguments, not %d", name, f.least, f.most, len(args))
	}
	for _, arg := range args {
		in.want(arg, f.takes, "what "+name+" takes")
	}
	if f.takes == text {
		in.cost += textSteps
	}
	return f.gives
}

// loop admits one pass over a list that is a variable, with a plain condition
// on each item.
func (in *inspection) loop(n ast.Node, name string, args []ast.Node) {
	if in.within {
		in.refuse(n, "the condition is too slow: %s may not stand inside another one of its kind", name)
		return
	}
	if len(args) != 2 {
		in.refuse(n, "%s takes a list and a condition on its items", name)
		return
	}
	_, single := args[0].(*ast.IdentifierNode)
	_, part := args[0].(*ast.MemberNode)
	if !single && !part {
		in.refuse(args[0], "the condition is too slow: %s goes over a list that is a variable, nothing else", name)
		return
	}
	in.want(args[0], list, "what "+name+" goes over")
	predicate, ok := args[1].(*ast.PredicateNode)
	if !ok {
		in.refuse(args[1], "%s takes a condition on the items", name)
		return
	}
	before := in.cost
	in.within = true
	in.want(predicate.Node, truth, "what "+name+" asks of each item")
	in.within = false
	in.cost = before + listSteps*(in.cost-before)
}

// why says what keeps a function out.
func why(name string) string {
	switch name {
	case "now", "date", "duration", "timezone":
		return "a condition has no clock: " + name + " is not available"
	case "rand", "random", "uuid":
		return "a condition has no chance in it: " + name + " is not available"
	case "repeat", "filter", "map", "reduce", "sum", "sort", "sortBy", "groupBy", "find",
		"split", "join", "replace", "concat", "flatten":
		return name + " is not available: its work could grow without bound"
	}
	known := slices.Sorted(maps.Keys(functions))
	return "unknown function " + name + "; the nearest known one is " + document.Nearest(name, known) +
		" (" + strings.Join(known, ", ") + ")"
}
