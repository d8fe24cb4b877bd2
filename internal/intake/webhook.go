package intake

import (
	"context"

	"github.com/fairlead/fairlead/internal/wire"
)

// ApplyWebhook takes the facts of a verified webhook, as ApplyFacts does: its
// signature stands for the token of whoever sends them.
func (s *Intake) ApplyWebhook(ctx context.Context, source string, facts []FactInput) ([]wire.FactOutcome, error) {
	return s.ApplyFacts(ctx, wire.Actor{User: "webhook:" + source, Roles: []string{wire.RoleCRM}}, facts)
}
