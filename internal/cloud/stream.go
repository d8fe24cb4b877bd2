package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/payrun"
	"github.com/fairlead/fairlead/internal/store"
)

// The events that go out, by what was put into the ledger. Each is told with an
// id that is the same whenever it is told again, so that who hears it twice can
// know.
const (
	DecisionMade  = "decision.made"
	OfferAnswered = "offer.answered"
	StatementMade = "statement.made"
	PeriodClosed  = "period.closed"
	Promoted      = "customer.promoted" // from a partner to the sales force
	Demoted       = "customer.demoted"  // from the sales force to a partner, where it is assigned at once
	AtRisk        = "customer.at_risk"
	CensusTaken   = "census.taken"
	ModelFitted   = "model.fitted"
)

// Stream tells the bus what is put into the ledger, and looks for entries that
// slipped into a closed period.
type Stream struct {
	app    *App
	payrun *payrun.Payrun
	bus    *Bus
}

// Stream wires the function.
func (a *App) Stream(c Core, bus *Bus) *Stream { return &Stream{a, c.Payrun, bus} }

// Handle takes a batch of records in their order. From the first one that fails
// on all come again: telling is repeatable, and so is looking.
func (s *Stream) Handle(ctx context.Context, e events.DynamoDBEvent) (out events.DynamoDBEventResponse, err error) {
	err = s.app.measured(ctx, func(counts metrics.Counts) error {
		counts[metrics.Strays] = 0
		failedAt := len(e.Records)
		var told []Event
		var of []int // record of each event
		for i := range e.Records {
			some, err := s.record(ctx, &e.Records[i], counts)
			if err != nil {
				s.app.failed(ctx, "a record comes again", err, "sequence", e.Records[i].Change.SequenceNumber)
				failedAt = i
				break
			}
			for _, event := range some {
				told, of = append(told, event), append(of, i)
			}
		}
		took, err := s.bus.Announce(ctx, told)
		if err != nil {
			s.app.failed(ctx, "the bus did not take events", err)
		}
		for n, ok := range took {
			if !ok {
				failedAt = min(failedAt, of[n])
			}
		}
		if failedAt < len(e.Records) {
			counts[metrics.Failures]++
			out.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: e.Records[failedAt].Change.SequenceNumber}}
		}
		return nil
	})
	return out, err
}

// record is the events behind a record; none if it is nobody's business.
func (s *Stream) record(ctx context.Context, r *events.DynamoDBEventRecord, counts metrics.Counts) ([]Event, error) {
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
	body := bytesOf(image)
	at := r.Change.ApproximateCreationDateTime.UTC()
	customer, isCustomer := strings.CutPrefix(pk, "C#")
	owner, isOwner := strings.CutPrefix(pk, "S#")
	switch {
	case isCustomer && strings.HasPrefix(sk, "D#") && strings.HasSuffix(sk, "#A"):
		return one(answered(customer, sk, body, at))
	case isCustomer && strings.HasPrefix(sk, "D#"):
		return decided(customer, sk, body, counts)
	case isCustomer && strings.HasPrefix(sk, "F#"):
		return nil, s.look(ctx, channel.CustomerID(customer), sk, counts)
	case isOwner && strings.HasSuffix(sk, "#S"):
		return one(stated(owner, strings.TrimSuffix(sk, "#S"), body, at))
	case pk == "Z#head":
		return one(tell(PeriodClosed, "period/"+sk, at, map[string]any{"period": sk}))
	case isCustomer && strings.HasPrefix(sk, "N#"):
		return one(noticed(customer, sk, body, at))
	case pk == "V#"+store.KindModel+"#"+store.ModelID:
		return one(fitted(ModelFitted, store.ModelID, sk, body))
	case pk == "V#"+store.KindCensus+"#"+store.CensusID:
		return one(fitted(CensusTaken, store.CensusID, sk, body))
	}
	return nil, nil
}

// one is a single event, or none.
func one(e *Event, err error) ([]Event, error) {
	if e == nil || err != nil {
		return nil, err
	}
	return []Event{*e}, nil
}

// noticed tells what was noticed of a customer: N#day#kind.
func noticed(customer, sk string, body []byte, at time.Time) (*Event, error) {
	var n store.Notice
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, err
	}
	day, kind, _ := strings.Cut(strings.TrimPrefix(sk, "N#"), "#")
	if kind != store.AtRisk {
		return nil, nil
	}
	return tell(AtRisk, "at_risk/"+customer+"/"+day, at, map[string]any{"customerId": customer, "day": day, "alivePpm": n.AlivePPM, "model": n.Model, "policy": n.Policy})
}

// fitted tells of a model or a census, which others read by its name.
func fitted(typ, id, sk string, body []byte) (*Event, error) {
	var v store.Version
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	name := id + "~" + strings.TrimLeft(sk, "0")
	return tell(typ, "version/"+name, v.Published, map[string]any{"version": name, "hash": v.Hash, "effectiveFrom": v.EffectiveFrom})
}

// moved tells that a decision took a customer from one channel to the other.
func moved(d map[string]any, from, to channel.Owner, at time.Time) (*Event, error) {
	var typ string
	switch {
	case from.Channel() == channel.PartnerCh && to.Channel() == channel.SalesForce:
		typ = Promoted
	case from.Channel() == channel.SalesForce && to.Channel() == channel.PartnerCh:
		typ = Demoted
	default:
		return nil, nil
	}
	return tell(typ, fmt.Sprintf("%s/%s", strings.TrimPrefix(typ, "customer."), d["decisionId"]), at, map[string]any{"decisionId": d["decisionId"], "customerId": d["customerId"], "from": from, "to": to, "tier": d["tier"]})
}

// look is the check for strays.
func (s *Stream) look(ctx context.Context, id channel.CustomerID, sk string, counts metrics.Counts) error {
	stray, err := s.payrun.Stray(ctx, id, sk)
	if stray {
		counts[metrics.Strays]++
		// The key holds the period, the kind and an id of the fact, no personal data.
		s.app.Log.ErrorContext(ctx, "an entry is booked in a closed period and in no seal", "entry", sk)
	}
	return err
}

// decided tells of a decision, and of the offer it made. An alias is no new one.
func decided(customer, sk string, body []byte, counts metrics.Counts) ([]Event, error) {
	var d store.Decision
	if err := json.Unmarshal(body, &d); err != nil || d.Alias != "" {
		return nil, err
	}
	var r struct {
		At      time.Time      `json:"at"`
		Outcome string         `json:"outcome"`
		Owner   *channel.Owner `json:"owner"`
		Tier    string         `json:"tier"`
		Moved   bool           `json:"moved"`
		Inputs  struct {
			Owner channel.Owner `json:"owner"`
		} `json:"inputs"`
		Offer json.RawMessage `json:"offer"`
	}
	if err := json.Unmarshal(d.Record, &r); err != nil {
		return nil, err
	}
	counts[metrics.Decisions]++
	if r.Outcome == "waiting" {
		counts[metrics.Waiting]++
	}
	id := customer + "~" + strings.TrimPrefix(sk, "D#")
	data := map[string]any{"decisionId": id, "customerId": customer, "outcome": r.Outcome, "owner": r.Owner, "tier": r.Tier}
	if len(r.Offer) > 0 {
		data["offer"] = r.Offer
	}
	out, err := one(tell(DecisionMade, "decision/"+id, r.At, data))
	if err != nil || !r.Moved || r.Owner == nil {
		return out, err
	}
	move, err := one(moved(data, r.Inputs.Owner, *r.Owner, r.At))
	return append(out, move...), err
}

// answered tells what became of an offer.
func answered(customer, sk string, body []byte, at time.Time) (*Event, error) {
	var a store.Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	id := customer + "~" + strings.TrimSuffix(strings.TrimPrefix(sk, "D#"), "#A")
	data := map[string]any{"offerId": id + "~o", "decisionId": id, "customerId": customer, "answer": a.Answer}
	if a.Next != "" {
		data["next"] = a.Next
	}
	if !a.At.IsZero() {
		at = a.At
	}
	return tell(OfferAnswered, "answer/"+id, at, data)
}

// stated tells that a statement was made: amounts stay inside.
func stated(owner, period string, body []byte, at time.Time) (*Event, error) {
	partner, ok := channel.Owner(owner).Partner()
	if !ok {
		return nil, nil
	}
	var s store.StatementItem
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, err
	}
	return tell(StatementMade, "statement/"+string(partner)+"/"+period, at, map[string]any{"partnerId": partner, "period": period, "document": s.Document})
}

// tell writes an event as a CloudEvent.
func tell(typ, id string, at time.Time, data map[string]any) (*Event, error) {
	detail, err := json.Marshal(map[string]any{"specversion": "1.0", "id": id, "source": "fairlead", "type": typ, "time": at.UTC().Format(time.RFC3339),
		"datacontenttype": "application/json", "data": data})
	return &Event{Type: typ, Detail: detail, At: at}, err
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
