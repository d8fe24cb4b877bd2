// Package events holds a sample payload and the JSON Schema of every event that
// Fairlead takes in (in/) and sends out (out/). The samples are what a system
// that talks to Fairlead can copy; tests read those that come in with the code
// that reads the real ones, and hold the code to those that go out. It owns no code that runs in production but
// the serving of these files, and writes no keys.
package events

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed in/*.json out/*.json
var files embed.FS

// In lists the types of the events that come in, sorted.
func In() []string { return types("in") }

// Out lists the types of the events that go out, sorted.
func Out() []string { return types("out") }

func types(folder string) []string {
	names, err := fs.Glob(files, folder+"/*.schema.json")
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

// SampleOut is the sample payload of an event that goes out, nil for a type
// that is not known.
func SampleOut(eventType string) []byte { return file("out/" + eventType + ".json") }

// SchemaOut is the JSON Schema of an event that goes out.
func SchemaOut(eventType string) []byte { return file("out/" + eventType + ".schema.json") }

func file(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil
	}
	return b
}
