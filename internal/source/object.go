package source

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
)

// object is a JSON object being read strictly; it collects everything that is
// wrong with it. path stands before every member's name in a message.
type object struct {
	path    string
	members map[string]any
	fields  []fault.Field
	wrong   bool // a member is of the wrong type or missing: parsing further would only repeat it
}

func (o *object) bad(name, format string, args ...any) {
	o.fields = append(o.fields, fault.Field{Field: o.path + name, Message: fmt.Sprintf(format, args...)})
}

// note adds a fault of a parser, whose fields are names of members.
func (o *object) note(err error) {
	if err == nil {
		return
	}
	for _, f := range fault.Of(err).Fields {
		o.bad(f.Field, "%s", f.Message)
	}
}

func (o *object) err() error {
	if len(o.fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_fact", "the fact is not valid")
	e.Fields = o.fields
	return e
}

// typed reports whether every member asked for had the right type.
func (o *object) typed() bool { return !o.wrong }

// known refuses members that are not in the list, naming the nearest that is.
func (o *object) known(names []string) {
	for _, name := range sortedNames(o.members) {
		found := false
		for _, n := range names {
			found = found || n == name
		}
		if !found {
			o.bad(document.Path(document.Key(name)), "is not known here; did you mean %s?", document.Nearest(name, names))
		}
	}
}

// show names what stands somewhere, for messages.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "the number " + fault.Clip(string(v))
	case string:
		return strconv.Quote(fault.Clip(v))
	case []any:
		return "a list"
	}
	return "an object"
}

// text is a member that may be absent but must be text.
func (o *object) text(name string) channel.Patch[string] {
	v, there := o.members[name]
	if !there {
		return channel.Patch[string]{}
	}
	s, ok := v.(string)
	if !ok {
		o.wrong = true
		o.bad(name, "is %s; want text%s", show(v), hint(name))
		return channel.Patch[string]{}
	}
	return channel.Put(s)
}

// hint shows how an amount is written where somebody sent a number.
func hint(name string) string {
	switch name {
	case "amount", "margin", "discount", "declaredValue", "need", "referralValue":
		return ` such as "1234.56"`
	}
	return ""
}

// must is text that has to be there; an empty one is left to its parser.
func (o *object) must(name string) string {
	if _, there := o.members[name]; !there {
		o.wrong = true
		o.bad(name, "is missing")
		return ""
	}
	return o.text(name).Value
}

// filled is text that may be absent, but if it is there, not empty.
func (o *object) filled(name string) string {
	v := o.text(name)
	if v.Set && v.Value == "" {
		o.wrong = true
		o.bad(name, "is empty; leave it out instead")
	}
	return v.Value
}

// peek is a member as it was sent, "" if it is no text.
func (o *object) peek(name string) string {
	s, _ := o.members[name].(string)
	return strings.ToValidUTF8(s[:min(len(s), 256)], "")
}

// required reads a member that has to be there with its parser.
func required[T any](o *object, name string, parse func(field, s string) (T, error)) T {
	var none T
	if _, there := o.members[name]; !there {
		o.bad(name, "is missing")
		return none
	}
	s := o.text(name)
	if !s.Set {
		return none
	}
	v, err := parse(name, s.Value)
	o.note(err)
	return v
}

// number is the text of a number that has to be there.
func (o *object) number(name string) string {
	switch v := o.members[name].(type) {
	case json.Number:
		return string(v)
	case nil:
		if _, there := o.members[name]; !there {
			o.bad(name, "is missing")
			break
		}
		o.bad(name, "is null; want a number")
	default:
		o.bad(name, "is %s; want a number", show(v))
	}
	o.wrong = true
	return ""
}

// patch is a member of a profile change: absent, null or text.
func (o *object) patch(name string) channel.Patch[string] {
	if v, there := o.members[name]; there && v == nil {
		return channel.Put("")
	}
	v := o.text(name)
	if v.Set && v.Value == "" {
		o.wrong = true
		o.bad(name, "is empty; null erases, leaving it out changes nothing")
	}
	return v
}

// attributes is an object of texts, nil if absent.
func (o *object) attributes() map[string]string {
	var out map[string]string
	members := o.attributeMembers()
	for _, name := range sortedNames(members) {
		s, ok := members[name].(string)
		if !ok {
			o.wrong = true
			o.bad("attributes."+name, "is %s; want text", show(members[name]))
		}
		if out == nil {
			out = make(map[string]string)
		}
		out[name] = s
	}
	return out
}

// patches is an object of texts and nulls; erase for null instead of it.
func (o *object) patches() (changes map[string]*string, erase bool) {
	if v, there := o.members["attributes"]; there && v == nil {
		return nil, true
	}
	members := o.attributeMembers()
	for _, name := range sortedNames(members) {
		if changes == nil {
			changes = make(map[string]*string, len(members))
		}
		switch v := members[name].(type) {
		case nil:
			changes[name] = nil
		case string:
			changes[name] = &v
		default:
			o.wrong = true
			o.bad("attributes."+name, "is %s; want text, or null to erase it", show(v))
		}
	}
	return changes, false
}

func (o *object) attributeMembers() map[string]any {
	v, there := o.members["attributes"]
	if !there {
		return nil
	}
	members, ok := v.(map[string]any)
	if !ok {
		o.wrong = true
		o.bad("attributes", "is %s; want an object", show(v))
	}
	return members
}
