// Package stream is the function of the ledger's stream, and the bus that it
// tells. It writes no keys.
package stream

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fairlead/fairlead/internal/announce"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// Stream tells the bus what is put into the ledger, and looks for entries that
// slipped into a closed period.
type Stream struct {
	app    *cloud.App
	uses   *usecases.UseCases
	teller *announce.Teller
	bus    *Bus
}

// New wires the function.
func New(a *cloud.App, c wiring.Rooms, bus *Bus) *Stream {
	return &Stream{a, c.UseCases, announce.New(c.Store), bus}
}

// Handle takes a batch of records in their order. From the first one that fails
// on all come again: telling is repeatable, and so is looking.
func (s *Stream) Handle(ctx context.Context, e events.DynamoDBEvent) (out events.DynamoDBEventResponse, err error) {
	err = s.app.Measured(ctx, func(counts metrics.Counts) error {
		counts[metrics.Strays] = 0
		failedAt := len(e.Records)
		var told []Event
		var of []int // record of each event
		for i := range e.Records {
			some, err := s.record(ctx, &e.Records[i], counts)
			if err != nil {
				s.app.Failed(ctx, "a record comes again", err, "sequence", e.Records[i].Change.SequenceNumber)
				failedAt = i
				break
			}
			for _, n := range some {
				detail, err := json.Marshal(n)
				if err != nil {
					return err
				}
				told, of = append(told, Event{Type: n.Type, Detail: detail, At: n.At}), append(of, i)
			}
		}
		took, err := s.bus.Announce(ctx, told)
		if err != nil {
			s.app.Failed(ctx, "the bus did not take events", err)
		}
		for n, ok := range took {
			if !ok {
				failedAt = min(failedAt, of[n])
			}
		}
		if failedAt < len(e.Records) {
			counts[metrics.Failures]++
			out.BatchItemFailures = []events.DynamoDBBatchItemFailure{
				{ItemIdentifier: e.Records[failedAt].Change.SequenceNumber},
			}
		}
		return nil
	})
	return out, err
}

// record is the events behind a record; none if it is nobody's business.
func (s *Stream) record(
	ctx context.Context,
	r *events.DynamoDBEventRecord,
	counts metrics.Counts,
) ([]announce.Event, error) {
	if r.EventName != string(events.DynamoDBOperationTypeInsert) {
		return nil, nil
	}
	pk, sk := text(r.Change.Keys["pk"]), text(r.Change.Keys["sk"])
	image, whole := r.Change.NewImage["b"]
	if !whole { // an item of another hand: it would be the same another time, and all that follows would wait
		s.app.Log.ErrorContext(ctx, "an item in the ledger that Fairlead did not write", "key", sk)
		counts[metrics.Failures]++
		return nil, nil
	}
	change, err := store.ParseInsert(pk, sk, bytesOf(image))
	if err != nil {
		return nil, err
	}
	if booked, ok := change.(*store.EntryBooked); ok {
		return nil, s.look(ctx, booked, counts)
	}
	told, err := s.teller.Events(ctx, change, r.Change.ApproximateCreationDateTime.UTC())
	for _, e := range told {
		if d, ok := e.Data.(*announce.Decision); ok {
			counts[metrics.Decisions]++
			if d.Outcome == wire.OutcomeWaiting {
				counts[metrics.Waiting]++
			}
		}
	}
	return told, err
}

// look is the check for strays.
func (s *Stream) look(ctx context.Context, booked *store.EntryBooked, counts metrics.Counts) error {
	sk := booked.Entry.SK()
	stray, err := s.uses.Strays.Stray(ctx, booked.Customer, sk)
	if stray {
		counts[metrics.Strays]++
		// The key holds the period, the kind and an id of the fact, no personal data.
		s.app.Log.ErrorContext(ctx, "an entry is booked in a closed period and in no seal", "entry", sk)
	}
	return err
}

func text(v events.DynamoDBAttributeValue) string {
	if v.DataType() != events.DataTypeString {
		return ""
	}
	return v.String()
}

func bytesOf(v events.DynamoDBAttributeValue) []byte {
	if v.DataType() != events.DataTypeBinary {
		return nil
	}
	return v.Binary()
}
