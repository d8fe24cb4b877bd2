package httpapi

import (
	"encoding/json"
	"fmt"

	"github.com/fairlead/fairlead/events"
	"github.com/fairlead/fairlead/internal/source"
)

// Names of components; those of single events are the types of the events.
const (
	eventComponent = "Event"
	batchComponent = "EventBatch"
)

func componentRef(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// eventSchemas makes components of the schemas of the events that come in, the
// same that are published beside their samples.
func (s *schemas) eventSchemas() error {
	var each []any
	mapping := object{}
	for _, name := range events.In() {
		var schema object
		if err := json.Unmarshal(events.Schema(name), &schema); err != nil {
			return fmt.Errorf("the schema of %s: %w", name, err)
		}
		delete(schema, "$schema") // inside this document it is no document of its own
		delete(schema, "$id")
		s.components[name] = schema
		each = append(each, componentRef(name))
		mapping[name] = componentRef(name)["$ref"]
	}
	s.components[eventComponent] = object{"description": "A CloudEvent 1.0; its type says what data it has.",
		"oneOf": each, "discriminator": object{"propertyName": "type", "mapping": mapping}}
	s.components[batchComponent] = object{"type": "array", "items": componentRef(eventComponent),
		"minItems": 1, "maxItems": source.MaxEvents}
	return nil
}

// eventBody is one event or a batch of them, by media type. An item of a batch
// that is not valid is not refused with the rest: it has an outcome of its own.
func eventBody() object {
	either := object{"oneOf": []any{componentRef(eventComponent), componentRef(batchComponent)}}
	return object{"required": true, "content": object{
		"application/json": object{"schema": either},
		source.MediaEvent:  object{"schema": componentRef(eventComponent)},
		source.MediaBatch:  object{"schema": componentRef(batchComponent)},
	}}
}
