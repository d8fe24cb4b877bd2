package documents

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// PublishRequest brings a document of one of wire's kinds. DryRun validates and
// computes the examples without publishing.
type PublishRequest struct {
	Kind   string
	Raw    []byte
	DryRun bool
}

// AssignPlanRequest puts a partner on a plan.
type AssignPlanRequest struct {
	Partner channel.PartnerID
	wire.PlanAssignment
}
