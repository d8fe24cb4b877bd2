package document

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// node is one schema inside a document's schema: what a value must be. A nil
// field asks for nothing.
type node struct {
	kind        string // one of typeWords
	description string
	constant    *constant
	enum        []constant
	ref         *node
	forms       []*node // oneOf

	properties map[string]*node
	required   []string
	closed     bool  // additionalProperties false
	others     *node // additionalProperties, a schema
	names      *node // propertyNames
	items      *node
	unique     bool

	minKeys, maxKeys, minItems, maxItems, minLength, maxLength *int
	pattern                                                    *regexp.Regexp
	minimum, maximum                                           *big.Rat
}

// constant is a value that the schema spells out.
type constant struct {
	key   string // same(value)
	shown string
}

// compiler turns the source of a schema into nodes.
type compiler struct {
	root any
	done map[string]*node // by JSON pointer
}

// compile makes the nodes of a schema. It knows the keywords of JSON Schema
// (draft 2020-12) in keywords, which are those that our documents use, and
// refuses every other, so that none is silently not asked for.
func compile(root any) (*node, error) {
	c := &compiler{root: root, done: map[string]*node{}}
	n, err := c.node("", root)
	if err != nil {
		return nil, err
	}
	for at, n := range c.done {
		if n.circles(len(c.done)) {
			return nil, fmt.Errorf("%s: the schema refers to itself for the same value", at)
		}
	}
	return n, nil
}

// draft is the dialect of a schema that says which it is written in.
const draft = "https://json-schema.org/draft/2020-12/schema"

func (c *compiler) node(at string, v any) (*node, error) {
	if n := c.done[at]; n != nil {
		return n, nil
	}
	source, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: a schema must be an object", at)
	}
	n := &node{}
	c.done[at] = n
	for word, v := range source {
		read := keywords[word]
		if read == nil {
			return nil, fmt.Errorf("%s: the keyword %q is not one that documents are checked by", at, word)
		}
		if err := read(c, n, at+"/"+escapePointer(word), v); err != nil {
			return nil, err
		}
	}
	return n, nil
}

type keyword func(c *compiler, n *node, at string, v any) error

var keywords map[string]keyword

func init() { // not a literal: keywords are made of keywords
	keywords = map[string]keyword{
		"$schema": func(_ *compiler, _ *node, at string, v any) error { return expect(v == draft, at, draft) },
		"title":   func(_ *compiler, _ *node, at string, v any) error { _, err := as[string](at, v); return err },
		"description": func(_ *compiler, n *node, at string, v any) (err error) {
			n.description, err = as[string](at, v)
			return err
		},
		"type": func(_ *compiler, n *node, at string, v any) (err error) {
			n.kind, _ = v.(string)
			return expect(typeWords[n.kind] != "", at, "one type")
		},
		"const": func(_ *compiler, n *node, _ string, v any) error {
			n.constant = &constant{same(v), show(v)}
			return nil
		},
		"enum":  readEnum,
		"$ref":  readRef,
		"$defs": func(c *compiler, _ *node, at string, v any) error { _, err := c.nodes(at, v); return err },
		"oneOf": readForms,
		"properties": func(c *compiler, n *node, at string, v any) (err error) {
			n.properties, err = c.nodes(at, v)
			return err
		},
		"required":             readRequired,
		"additionalProperties": readOthers,
		"propertyNames":        func(c *compiler, n *node, at string, v any) (err error) { n.names, err = c.node(at, v); return err },
		"items":                func(c *compiler, n *node, at string, v any) (err error) { n.items, err = c.node(at, v); return err },
		"uniqueItems":          func(_ *compiler, n *node, at string, v any) (err error) { n.unique, err = as[bool](at, v); return err },
		"pattern":              readPattern,
		"minProperties":        size(func(n *node) **int { return &n.minKeys }),
		"maxProperties":        size(func(n *node) **int { return &n.maxKeys }),
		"minItems":             size(func(n *node) **int { return &n.minItems }),
		"maxItems":             size(func(n *node) **int { return &n.maxItems }),
		"minLength":            size(func(n *node) **int { return &n.minLength }),
		"maxLength":            size(func(n *node) **int { return &n.maxLength }),
		"minimum":              func(_ *compiler, n *node, at string, v any) (err error) { n.minimum, err = ratio(at, v); return err },
		"maximum":              func(_ *compiler, n *node, at string, v any) (err error) { n.maximum, err = ratio(at, v); return err },
	}
}

func expect(ok bool, at, what string) error {
	if !ok {
		return fmt.Errorf("%s: must be %s", at, what)
	}
	return nil
}

func as[T any](at string, v any) (T, error) {
	t, ok := v.(T)
	return t, expect(ok, at, fmt.Sprintf("a %T", t))
}

func size(field func(*node) **int) keyword {
	return func(_ *compiler, n *node, at string, v any) error {
		number, err := as[json.Number](at, v)
		if err != nil {
			return err
		}
		i, err := number.Int64()
		size := int(i)
		*field(n) = &size
		return expect(err == nil && size >= 0, at, "a whole number of at least 0")
	}
}

func ratio(at string, v any) (*big.Rat, error) {
	number, err := as[json.Number](at, v)
	if err != nil {
		return nil, err
	}
	r, ok := new(big.Rat).SetString(string(number))
	return r, expect(ok, at, "a number")
}

func readEnum(_ *compiler, n *node, at string, v any) error {
	list, err := as[[]any](at, v)
	for _, v := range list {
		n.enum = append(n.enum, constant{same(v), show(v)})
	}
	if err == nil {
		err = expect(len(list) > 0, at, "a list of values")
	}
	return err
}

func readPattern(_ *compiler, n *node, at string, v any) error {
	text, err := as[string](at, v)
	if err != nil {
		return err
	}
	if n.pattern, err = regexp.Compile(text); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}

func readRequired(_ *compiler, n *node, at string, v any) error {
	list, err := as[[]any](at, v)
	if err != nil {
		return err
	}
	for _, v := range list {
		key, err := as[string](at, v)
		if err != nil {
			return err
		}
		n.required = append(n.required, key)
	}
	return nil
}

func readOthers(c *compiler, n *node, at string, v any) (err error) {
	if allowed, ok := v.(bool); ok {
		n.closed = !allowed
		return nil
	}
	n.others, err = c.node(at, v)
	return err
}

func readForms(c *compiler, n *node, at string, v any) error {
	list, err := as[[]any](at, v)
	if err != nil {
		return err
	}
	for i, v := range list {
		form, err := c.node(fmt.Sprintf("%s/%d", at, i), v)
		if err != nil {
			return err
		}
		n.forms = append(n.forms, form)
	}
	return expect(len(list) > 0, at, "a list of schemas")
}

// readRef follows a reference, which may lead to anywhere inside the same schema.
func readRef(c *compiler, n *node, at string, v any) error {
	to, err := as[string](at, v)
	if err != nil {
		return err
	}
	pointer, ok := strings.CutPrefix(to, "#")
	if !ok || pointer != "" && pointer[0] != '/' {
		return fmt.Errorf("%s: a schema stands alone, but this one refers to %s", at, to)
	}
	target := c.root
	for _, step := range strings.Split(pointer, "/")[1:] {
		object, _ := target.(map[string]any)
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if target, ok = object[step]; !ok {
			return fmt.Errorf("%s: there is no %s", at, to)
		}
	}
	n.ref, err = c.node(pointer, target)
	return err
}

func escapePointer(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func (c *compiler) nodes(at string, v any) (map[string]*node, error) {
	source, err := as[map[string]any](at, v)
	if err != nil {
		return nil, err
	}
	all := map[string]*node{}
	for key, v := range source {
		if all[key], err = c.node(at+"/"+escapePointer(key), v); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// circles reports whether judging one value by n follows more than so many
// references and forms, which are as many as there are: then it never ends.
func (n *node) circles(most int) bool {
	return most < 0 || slices.ContainsFunc(append(slices.Clone(n.forms), n.ref), func(next *node) bool {
		return next != nil && next.circles(most-1)
	})
}
