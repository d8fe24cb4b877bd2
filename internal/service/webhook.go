package service

import "context"

// ApplyWebhook takes the facts of a verified webhook, as ApplyFacts does: its
// signature stands for the token of whoever sends them.
func (s *Service) ApplyWebhook(ctx context.Context, source string, facts []FactInput) ([]FactOutcome, error) {
	return s.ApplyFacts(ctx, Actor{User: "webhook:" + source, Roles: []string{RoleCRM}}, facts)
}
