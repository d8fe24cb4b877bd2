package httpapi

import (
	"bytes"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/wire"
)

// healthz says that the process answers.
func (a *api) healthz(*Call, none) (wire.Health, error) {
	return wire.Health{Status: "ok", Version: a.Version, Instance: a.Instance}, nil
}

// readyz says that the store answers, too.
func (a *api) readyz(c *Call, _ none) (wire.Health, error) {
	if a.Ready != nil {
		if err := a.Ready(c); err != nil {
			return wire.Health{}, err
		}
	}
	return wire.Health{Status: "ready"}, nil
}

func (a *api) keys(*Call, none) (wire.KeySet, error) { return wire.KeySet{Keys: []any{}}, nil }

func (a *api) openAPI(c *Call, _ none) error {
	data, err := a.openapi()
	if err != nil {
		return err
	}
	return c.write("application/json", data)
}

type schemaPath struct {
	Name string `path:"name"`
}

func (a *api) schema(c *Call, q schemaPath) error {
	schema, ok := map[string]*document.Schema{"policy.json": routing.Schema, "plan.json": incentive.Schema, "programme.json": programme.Schema}[q.Name]
	if !ok {
		return notFound("schema_not_found", "there is no schema %q; there are policy.json, plan.json and programme.json", q.Name)
	}
	c.w.Header().Set("Access-Control-Allow-Origin", "*") // editors in a browser read it, too
	return c.write("application/schema+json", bytes.TrimSpace(schema.Source()))
}
