package assign

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// RouteRequest asks where a customer goes. Key is the Idempotency-Key (""
// derives one from the caller, the customer and the instant). At is a backfill
// instant, zero for now.
type RouteRequest struct {
	Customer channel.CustomerID
	Key      string
	Preview  bool
	At       time.Time
}

// RouteAllRequest routes everyone not yet routed and everyone waiting.
// Progress, if set, is called now and then with how many are done.
type RouteAllRequest struct {
	Key      string
	Progress func(done int)
}

// ByHandRequest is a person overruling; Reason is required.
type ByHandRequest struct {
	Customer channel.CustomerID
	Owner    channel.Owner
	Reason   string
	Key      string
}

// OfferAnswer answers an offer. Reason may say why it is refused.
type OfferAnswer struct {
	Offer  channel.OfferID
	Key    string
	Reason string
}
