// Package events holds a sample payload and the JSON Schema of every event that
// Fairlead takes in (in/) and, later, sends out (out/). The samples are what a
// system that talks to Fairlead can copy; a test reads each of them with the
// code that reads the real ones. It owns no code that runs in production but
// the serving of these files, and writes no keys.
package events

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed in/*.json
var files embed.FS

// In lists the types of the events that come in, sorted.
func In() []string {
	names, err := fs.Glob(files, "in/*.schema.json")
	if err != nil {
		panic(err) // the pattern is constant
	}
	types := make([]string, len(names))
	for i, name := range names {
		types[i] = strings.TrimSuffix(path.Base(name), ".schema.json")
	}
	return types
}

// Sample is the sample payload of an event that comes in, Schema its JSON
// Schema (draft 2020-12); nil for a type that is not known.
func Sample(eventType string) []byte { return file("in/" + eventType + ".json") }

// Schema is the JSON Schema of an event that comes in.
func Schema(eventType string) []byte { return file("in/" + eventType + ".schema.json") }

func file(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil
	}
	return b
}
