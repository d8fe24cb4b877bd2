package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// Claim is the permanent record that an event was taken. Hash is that of the
// canonical fact without event id and source, which are the key. A pending
// refund is kept whole in Fact, because nothing else of it is stored yet.
type Claim struct {
	Customer channel.CustomerID `json:"customer,omitempty"`
	Decision channel.DecisionID `json:"decision,omitempty"` // the route that the fact caused, by its derived key
	Entry    string             `json:"entry,omitempty"`    // sk of the entry it caused
	Fact     json.RawMessage    `json:"fact,omitempty"`
	Hash     string             `json:"hash"`
	Order    channel.OrderID    `json:"order,omitempty"`
	Outcome  channel.Outcome    `json:"outcome"`
	Received time.Time          `json:"received"`
	Type     channel.FactType   `json:"type"`
}

func (c Claim) write(o *seal.Object) {
	o.SomeText("customer", string(c.Customer))
	o.SomeText("decision", string(c.Decision))
	o.SomeText("entry", c.Entry)
	if len(c.Fact) > 0 {
		o.Value("fact", c.Fact)
	}
	o.Text("hash", c.Hash)
	o.SomeText("order", string(c.Order))
	o.Text("outcome", string(c.Outcome))
	o.Time("received", c.Received)
	o.Text("type", string(c.Type))
}

// Conflict is the audit record of another body under a claimed event or order.
type Conflict struct {
	By       string    `json:"by"`
	Hash     string    `json:"hash"`
	Received time.Time `json:"received"`
	With     string    `json:"with,omitempty"` // what it conflicts with, where that is not the event: "order o1"
}

// PutClaim claims an event, where it was never taken.
func (b *Batch) PutClaim(source channel.Source, id channel.EventID, c Claim) int {
	return b.New(ClaimKey(source, id), c)
}

// Booked is the period in which the fact was booked; "" if it caused no entry.
func (c *Claim) Booked() channel.Period {
	name, _ := history.ParseEntryName(c.Entry)
	return name.Booked
}

// Claim loads the claim of an event; false if it was never taken.
func (s *Store) Claim(ctx context.Context, source channel.Source, id channel.EventID) (Claim, bool, error) {
	var c Claim
	version, err := s.Load(ctx, ClaimKey(source, id), &c)
	return c, version != 0, err
}

// Short is a "sha256:.." as its first 16 hex digits, which is enough beside an id.
func Short(hash string) string { return hash[len("sha256:") : len("sha256:")+16] }

// PutConflict records a conflict, once for each other body.
func (s *Store) PutConflict(ctx context.Context, source channel.Source, id channel.EventID, c Conflict) error {
	b := &Batch{}
	b.New(ConflictKey(source, id, Short(c.Hash)), c)
	return s.keep(ctx, b) // or it was recorded before
}

// Order is an order as the refunds need it: which customer, how much, what came
// back. Before the order itself is here it is a placeholder that holds refunds
// only. The item's number is the sum refunded, in minor units.
type Order struct {
	Amount   int64              `json:"amount,omitempty"` // minor units of Currency
	Currency string             `json:"currency,omitempty"`
	Customer channel.CustomerID `json:"customer,omitempty"`
	Entry    string             `json:"entry,omitempty"` // sk; "": a placeholder
	Hash     string             `json:"hash,omitempty"`  // first 16 digits of the canonical order's
	Refunds  []OrderRefund      `json:"refunds,omitempty"`

	ID channel.OrderID `json:"-"`
}

func (o *Order) write(to *seal.Object) {
	to.SomeInt("amount", o.Amount)
	to.SomeText("currency", o.Currency)
	to.SomeText("customer", string(o.Customer))
	to.SomeText("entry", o.Entry)
	to.SomeText("hash", o.Hash)
	if len(o.Refunds) > 0 {
		to.Value("refunds", o.Refunds)
	}
}

// OrderRefund is one refund of an order. While the order is not here, Raw is
// what was sent; Rejected says why it was not taken when the order came.
type OrderRefund struct {
	Amount   int64            `json:"amount,omitempty"`
	Hash     string           `json:"hash"` // first 16 digits of the canonical refund's
	ID       channel.RefundID `json:"id"`
	Raw      *RawRefund       `json:"raw,omitempty"`
	Rejected string           `json:"rejected,omitempty"`
}

// RawRefund is a refund that waits for its order.
type RawRefund struct {
	Amount   string          `json:"amount"`
	Event    channel.EventID `json:"event"`
	Occurred time.Time       `json:"occurred"`
	Source   channel.Source  `json:"source"`
}

// MaxPendingRefunds is how many refunds may wait for one order: each becomes an
// entry in the order's own transaction.
const MaxPendingRefunds = 50

// MaxRefunds bounds the refunds of one order, and so the size of its item.
const MaxRefunds = 1000

// Placeholder reports whether the order itself is not here yet.
func (o *Order) Placeholder() bool { return o.Entry == "" }

// Refund is the refund with this id.
func (o *Order) Refund(id channel.RefundID) (OrderRefund, bool) {
	for _, r := range o.Refunds {
		if r.ID == id {
			return r, true
		}
	}
	return OrderRefund{}, false
}

// Refunded is the sum of the refunds taken; it saturates.
func (o *Order) Refunded() int64 {
	var sum int64
	for _, r := range o.Refunds {
		if sum += r.Amount; sum < 0 {
			return 1<<63 - 1
		}
	}
	return sum
}

// Order loads an order or its placeholder; one that does not exist if neither is
// here.
func (s *Store) Order(ctx context.Context, id channel.OrderID) (Loaded[Order], error) {
	o, err := load[Order](ctx, s, OrderKey(id))
	o.Value.ID = id
	return o, err
}

// decodeOrder reads an order item.
func decodeOrder(it table.Item) (Loaded[Order], error) {
	o := Loaded[Order]{version: it.Version}
	o.Value.ID, _ = parseOrderKey(it.PK, it.SK)
	return o, Decode(it, &o.Value)
}

// PutOrder writes an order: refused where it is not as it was read.
func (b *Batch) PutOrder(o *Loaded[Order]) int {
	b.saves(&o.version)
	return b.PutN(OrderKey(o.Value.ID), &o.Value, o.Value.Refunded(), o.version)
}

// AnyClaim reports whether any fact was ever taken.
func (s *Store) AnyClaim(ctx context.Context) (bool, error) {
	for n := range Buckets {
		page, err := s.table.Query(ctx, table.Range{Table: table.Ledger, PK: claimPK(BucketName(n)), Limit: 1})
		if err != nil {
			return false, mapError(err)
		}
		if len(page.Items) > 0 {
			return true, nil
		}
	}
	return false, nil
}
