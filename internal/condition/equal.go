package condition

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// equalities finds a text variable that must equal one of some constants for
// the condition to hold; "" if there is none. Of several, the one with the
// fewest constants, then the leftmost.
func equalities(n ast.Node, env *variable) (path string, values []string) {
	b, ok := n.(*ast.BinaryNode)
	if !ok {
		return "", nil
	}
	switch b.Operator {
	case "==":
		if path, values = equality(b.Left, b.Right, env); path == "" {
			path, values = equality(b.Right, b.Left, env)
		}
		return path, values
	case "in":
		return membership(b, env)
	case "and", "&&":
		leftPath, left := equalities(b.Left, env)
		rightPath, right := equalities(b.Right, env)
		if leftPath == "" || rightPath != "" && len(right) < len(left) {
			return rightPath, right
		}
		return leftPath, left
	case "or", "||":
		leftPath, left := equalities(b.Left, env)
		rightPath, right := equalities(b.Right, env)
		if leftPath == "" || leftPath != rightPath {
			return "", nil
		}
		return leftPath, distinct(append(slices.Clone(left), right...))
	}
	return "", nil
}

func equality(variable, constant ast.Node, env *variable) (string, []string) {
	value, ok := constant.(*ast.StringNode)
	if !ok {
		return "", nil
	}
	if path := textPath(variable, env); path != "" {
		return path, []string{value.Value}
	}
	return "", nil
}

func membership(b *ast.BinaryNode, env *variable) (string, []string) {
	array, ok := b.Right.(*ast.ArrayNode)
	if !ok {
		return "", nil
	}
	path := textPath(b.Left, env)
	if path == "" {
		return "", nil
	}
	values := make([]string, 0, len(array.Nodes))
	for _, item := range array.Nodes {
		values = append(values, item.(*ast.StringNode).Value) // inspect saw to it
	}
	return path, distinct(values)
}

// textPath is the path of a text variable, "" for anything else.
func textPath(n ast.Node, env *variable) string {
	v, problem := resolve(n, env)
	if problem != nil || v.class != text {
		return ""
	}
	return v.path
}

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
