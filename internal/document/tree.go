package document

import (
	"errors"
	"strconv"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/strictjson"
)

// limits of a document. A number has as many bytes as an int64 with its sign: what
// needs more digits, a point or an exponent is an amount or a rate, and those are
// text.
var limits = strictjson.Limits{Bytes: MaxBytes, Depth: MaxDepth, Number: 20}

// Tree parses data by the strict rules of Decode without a schema. Objects are
// map[string]any, lists []any, numbers json.Number. It is what canonical
// bytes are made from.
func Tree(data []byte) (any, error) {
	text, err := parse("document", data)
	if err != nil {
		return nil, err
	}
	return text.Root, nil
}

// parse reads a document; name is what messages call it.
func parse(name string, data []byte) (*strictjson.Text, error) {
	text, err := strictjson.Read(data, limits)
	var broken *strictjson.Broken
	switch {
	case errors.As(err, &broken):
		return nil, unreadable(name, broken)
	case err != nil:
		return nil, fault.Of(err)
	}
	var p Problems
	for _, problem := range text.Problems {
		if problem.Number != "" {
			p.add(problem.At, "the number "+fault.Clip(problem.Number)+" is too long or has an exponent;"+
				` amounts and rates are text, such as "1234.56"`)
		} else {
			p.add(problem.At, "the key stands here twice")
		}
	}
	return text, p.Err(name)
}

// unreadable words why a document cannot be read.
func unreadable(name string, b *strictjson.Broken) error {
	switch b.Kind {
	case strictjson.Empty, strictjson.TooLarge:
		return fault.New(fault.Invalid, Slug, "the %s %s", name, b.Why)
	case strictjson.TooDeep:
		return fault.New(fault.Invalid, Slug, "the %s is nested too deeply", name).
			At(Place(b.At), "more than %d levels", MaxDepth)
	}
	return fault.New(fault.Invalid, Slug, "the %s is not valid JSON", name).At(b.Where(), "%s", b.Why)
}

// stepsOf are the steps to the value at these tokens of a JSON pointer; only the
// document tells an index from a key that looks like one. What leads nowhere in a
// list is left out.
func stepsOf(root any, tokens []string) []any {
	steps := make([]any, 0, len(tokens))
	for _, token := range tokens {
		switch v := root.(type) {
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return steps
			}
			steps, root = append(steps, i), v[i]
		case map[string]any:
			steps, root = append(steps, token), v[token]
		default:
			steps = append(steps, token)
		}
	}
	return steps
}
