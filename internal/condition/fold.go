package condition

import (
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// folder prepares a checked condition for compiling: negative constants become
// one node and the constant list to the right of `in` becomes a value, so that
// nothing is built per match. expr-lang's own optimizer is not used: it trusts
// the static type of min and max, which is not always the one they return, and
// the machine then fails on a value of another integer size.
type folder struct{}

// Visit sees the parts of a node before the node itself.
func (folder) Visit(n *ast.Node) {
	switch node := (*n).(type) {
	case *ast.UnaryNode:
		if v := negative(node); v != nil {
			replace(n, v)
		}
	case *ast.BinaryNode:
		if node.Operator != "in" {
			return
		}
		switch right := node.Right.(type) {
		case *ast.ArrayNode:
			constants(&node.Right, right.Nodes)
		case *ast.BinaryNode:
			if right.Operator == ".." {
				span(&node.Right, right)
			}
		}
	}
}

func negative(n *ast.UnaryNode) ast.Node {
	if n.Operator != "-" {
		return nil
	}
	switch v := n.Node.(type) {
	case *ast.IntegerNode:
		return &ast.IntegerNode{Value: -v.Value}
	case *ast.FloatNode:
		return &ast.FloatNode{Value: -v.Value}
	}
	return nil
}

func replace(n *ast.Node, with ast.Node) {
	with.SetType((*n).Type())
	ast.Patch(n, with)
}

// constants turns a list of one kind of constants into a set of text or a list
// of numbers; numbers of any size compare with each other, so they stay a list.
func constants(n *ast.Node, items []ast.Node) {
	set := map[string]struct{}{}
	numbers := []any{}
	for _, item := range items {
		switch v := item.(type) {
		case *ast.StringNode:
			set[v.Value] = struct{}{}
		case *ast.IntegerNode:
			numbers = append(numbers, v.Value)
		case *ast.FloatNode:
			numbers = append(numbers, v.Value)
		}
	}
	if len(set) > 0 {
		constant(n, set)
		return
	}
	constant(n, numbers)
}

func span(n *ast.Node, r *ast.BinaryNode) {
	var numbers []any
	for v := r.Left.(*ast.IntegerNode).Value; v <= r.Right.(*ast.IntegerNode).Value; v++ {
		numbers = append(numbers, v)
	}
	constant(n, numbers)
}

func constant(n *ast.Node, value any) {
	node := &ast.ConstantNode{Value: value}
	node.SetType(reflect.TypeOf(value))
	ast.Patch(n, node)
}
