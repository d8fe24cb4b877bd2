package stream

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/fairlead/fairlead/internal/cloud"
)

// Bus is the event bus.
type Bus struct {
	api  *eventbridge.Client
	name string
}

// NewBus makes the client of the bus.
func NewBus(a *cloud.App) *Bus { return &Bus{eventbridge.NewFromConfig(a.AWS), a.Config.BusName} }

// Event is something that happened, told to whoever wants to know. Detail is
// JSON and names the event by an id that is the same each time it is told.
type Event struct {
	Type   string // decision.made and so on
	Detail []byte
	At     time.Time
}

// busBatch is how many events one call takes.
const busBatch = 10

// Announce tells events, and returns for each whether the bus took it.
func (b *Bus) Announce(ctx context.Context, events []Event) ([]bool, error) {
	took := make([]bool, len(events))
	for from := 0; from < len(events); from += busBatch {
		some := events[from:min(from+busBatch, len(events))]
		in := &eventbridge.PutEventsInput{}
		for _, e := range some {
			in.Entries = append(
				in.Entries,
				eventtypes.PutEventsRequestEntry{EventBusName: aws.String(b.name), Source: aws.String("fairlead"),
					DetailType: aws.String(e.Type), Detail: aws.String(string(e.Detail)), Time: aws.Time(e.At)},
			)
		}
		out, err := b.api.PutEvents(ctx, in)
		if err != nil {
			return took, cloud.Unavailable("the event bus", err)
		}
		for i, r := range out.Entries {
			took[from+i] = r.ErrorCode == nil
		}
	}
	return took, nil
}
