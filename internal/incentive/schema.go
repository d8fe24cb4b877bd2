package incentive

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/fairlead/fairlead/internal/document"
)

// schemaFiles holds plan.json, the schema of everything around components, and
// one file for each type of component, named after it.
//
//go:embed schema/*.json
var schemaFiles embed.FS

// Schema is the JSON Schema of a plan document, as served under /schemas/.
var Schema = document.LazySchema("plan", assembleSchema(componentTypes))

// assembleSchema puts the types' schemas into the plan's: each becomes a
// definition of its name, and components must be one of them, in the order
// of the table. A missing file panics: it is part of the program.
func assembleSchema(types []componentType) []byte {
	var choices, definitions bytes.Buffer
	for i := range types {
		name := types[i].is
		if i > 0 {
			choices.WriteString(", ")
		}
		fmt.Fprintf(&choices, `{"$ref": "#/$defs/%s"}`, name)
		fmt.Fprintf(&definitions, "\n    %q: %s,", name, readSchema(string(name)))
	}
	plan := readSchema("plan")
	plan = bytes.Replace(plan, []byte(`"oneOf": []`), fmt.Appendf(nil, `"oneOf": [%s]`, &choices), 1)
	return bytes.Replace(plan, []byte(`"$defs": {`), fmt.Appendf(nil, `"$defs": {%s`, &definitions), 1)
}

// readSchema is a file of schema/ without the space around it.
func readSchema(name string) []byte {
	text, err := schemaFiles.ReadFile("schema/" + name + ".json")
	if err != nil {
		panic(fmt.Sprintf("incentive: %v", err))
	}
	return bytes.TrimSpace(text)
}
