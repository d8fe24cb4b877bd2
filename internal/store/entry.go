package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// entryBody is a booked fact. Amounts are minor units of Currency. The members
// stand in the order of their names, so that encoding is sorting nothing.
type entryBody struct {
	Amount     *int64            `json:"amount,omitempty"`
	Applied    *time.Time        `json:"applied,omitempty"` // churn: when it ended the ownership
	Attributes map[string]string `json:"attributes,omitempty"`
	Currency   string            `json:"currency,omitempty"`
	Discount   int64             `json:"discount,omitempty"`
	Event      channel.EventID   `json:"event"`
	Margin     *int64            `json:"margin,omitempty"`
	Occurred   time.Time         `json:"occurred"`
	Order      channel.OrderID   `json:"order,omitempty"` // refund: of which order
	Orig       channel.Period    `json:"orig,omitempty"`  // the period it occurred in, where it is booked in a later one
	Product    string            `json:"product,omitempty"`
	Profile    *profilePatch     `json:"profile,omitempty"`
	Replaces   string            `json:"replaces,omitempty"` // late: sk of the stray
	Score      int               `json:"score,omitempty"`
	Seq        uint64            `json:"seq,omitempty"` // churn: version of the head it was committed on
	Source     channel.Source    `json:"source"`
}

func (e entryBody) write(o *seal.Object) {
	if e.Amount != nil {
		o.Int("amount", *e.Amount)
	}
	if e.Applied != nil {
		o.Time("applied", *e.Applied)
	}
	o.Map("attributes", e.Attributes)
	o.SomeText("currency", e.Currency)
	o.SomeInt("discount", e.Discount)
	o.Text("event", string(e.Event))
	if e.Margin != nil {
		o.Int("margin", *e.Margin)
	}
	o.Time("occurred", e.Occurred)
	o.SomeText("order", string(e.Order))
	o.SomeText("orig", string(e.Orig))
	o.SomeText("product", e.Product)
	if e.Profile != nil {
		o.Value("profile", e.Profile)
	}
	o.SomeText("replaces", e.Replaces)
	o.SomeInt("score", int64(e.Score))
	if e.Seq != 0 {
		o.Value("seq", e.Seq)
	}
	o.Text("source", string(e.Source))
}

// ScopedID is the entry id of a fact that has no id of its own: event ids are
// unique per source only.
func ScopedID(source channel.Source, id channel.EventID) string {
	return string(source) + "#" + string(id)
}

// PutEntry adds an entry to the customer's partition; orig is the period in
// which it occurred.
func (b *Batch) PutEntry(id channel.CustomerID, e *history.Entry, orig channel.Period) int {
	return b.New(EntryKey(id, e), encodeEntry(e, orig))
}

func encodeEntry(e *history.Entry, orig channel.Period) entryBody {
	body := entryBody{Source: e.Source, Event: e.EventID, Occurred: e.Occurred, Score: e.Score, Seq: e.Seq, Replaces: e.Replaces}
	if orig != e.Booked {
		body.Orig = orig
	}
	if !e.Applied.IsZero() {
		body.Applied = &e.Applied
	}
	if o := e.Order; o != nil {
		body.Amount, body.Currency, body.Margin, body.Discount = &o.Amount, o.Currency, o.Margin, o.Discount
		body.Product, body.Attributes = o.Product, o.Attributes
	}
	if r := e.Refund; r != nil {
		body.Amount, body.Order = &r.Amount, r.Order
	}
	if e.Profile != nil {
		body.Profile = newPatch(e.Profile)
	}
	return body
}

// decodeEntry reads an entry of a customer's partition back.
func decodeEntry(id channel.CustomerID, name history.EntryName, it table.Item) (history.Entry, error) {
	var body entryBody
	if err := Decode(it, &body); err != nil {
		return history.Entry{}, err
	}
	e := history.Entry{
		Booked: name.Booked, Kind: name.Kind, ID: name.ID,
		Source: body.Source, EventID: body.Event, Occurred: body.Occurred, Replaces: body.Replaces, Seq: body.Seq,
	}
	kind, means := e.Meaning()
	switch kind {
	case history.KindOrder:
		e.Order = &channel.Order{ID: channel.OrderID(means), Customer: id, Currency: body.Currency, Margin: body.Margin,
			Discount: body.Discount, Product: body.Product, Attributes: body.Attributes}
		if body.Amount != nil {
			e.Order.Amount = *body.Amount
		}
	case history.KindRefund:
		e.Refund = &history.RefundEntry{Order: body.Order}
		if body.Amount != nil {
			e.Refund.Amount = *body.Amount
		}
	case history.KindProfile:
		e.Profile = body.Profile.upsert(id)
	case history.KindFeedback:
		e.Score = body.Score
	case history.KindChurn:
		if body.Applied != nil {
			e.Applied = *body.Applied
		}
	}
	return e, nil
}

func damaged(it table.Item) error {
	return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("item %s %s cannot be read", it.PK, it.SK))
}

// profilePatch is a profile change: an absent member is unchanged, null erased.
type profilePatch map[string]any

func newPatch(u *channel.Upsert) *profilePatch {
	p := profilePatch{}
	text(p, "region", u.Region)
	text(p, "segment", u.Segment)
	text(p, "currency", u.Currency)
	figure(p, "declaredValue", u.DeclaredValue)
	figure(p, "need", u.Need)
	figure(p, "referralValue", u.ReferralValue)
	text(p, "sourcedBy", u.SourcedBy)
	text(p, "referredBy", u.ReferredBy)
	switch {
	case u.EraseAll && len(u.Attributes) == 0:
		p["attributes"] = nil
	case u.EraseAll:
		p["attributes"], p["eraseAll"] = u.Attributes, true
	case u.Attributes != nil:
		p["attributes"] = u.Attributes
	}
	return &p
}

func text[T ~string](p profilePatch, name string, v channel.Patch[T]) {
	switch {
	case v.Set && v.Value == "":
		p[name] = nil
	case v.Set:
		p[name] = string(v.Value)
	}
}

func figure(p profilePatch, name string, v channel.Patch[channel.Figure]) {
	switch {
	case v.Set && v.Value.IsZero():
		p[name] = nil
	case v.Set:
		p[name] = figureText(v.Value)
	}
}

// figureText is a figure as one text, "7000.00 EUR" or "7000.00"; "" for none.
type figureText channel.Figure

// MarshalText writes the figure.
func (f figureText) MarshalText() ([]byte, error) {
	return []byte(strings.TrimSuffix(f.Decimal+" "+f.Currency, " ")), nil
}

// UnmarshalText reads what MarshalText wrote.
func (f *figureText) UnmarshalText(b []byte) error {
	f.Decimal, f.Currency, _ = strings.Cut(string(b), " ")
	return nil
}

// patchBody reads a profilePatch back.
type patchBody struct {
	Region        optional[string]             `json:"region"`
	Segment       optional[string]             `json:"segment"`
	Currency      optional[string]             `json:"currency"`
	DeclaredValue optional[figureText]         `json:"declaredValue"`
	Need          optional[figureText]         `json:"need"`
	ReferralValue optional[figureText]         `json:"referralValue"`
	SourcedBy     optional[channel.PartnerID]  `json:"sourcedBy"`
	ReferredBy    optional[channel.CustomerID] `json:"referredBy"`
	Attributes    optional[map[string]*string] `json:"attributes"`
	EraseAll      bool                         `json:"eraseAll"`
}

// optional knows whether the member was there; null is its zero value.
type optional[T any] struct{ channel.Patch[T] }

// UnmarshalJSONFrom is called for a member that is there, null included.
func (o *optional[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	o.Set = true
	return jsonv2.UnmarshalDecode(dec, &o.Value)
}

// figure is the patch of a figure.
func (o optional[T]) figure() channel.Patch[channel.Figure] {
	f, _ := any(o.Value).(figureText)
	return channel.Patch[channel.Figure]{Set: o.Set, Value: channel.Figure(f)}
}

// UnmarshalJSON keeps the raw members; upsert reads them.
func (p *profilePatch) UnmarshalJSON(b []byte) error {
	*p = profilePatch{"": json.RawMessage(append([]byte(nil), b...))}
	return nil
}

func (p *profilePatch) upsert(id channel.CustomerID) *channel.Upsert {
	var body patchBody
	if p != nil {
		raw, _ := (*p)[""].(json.RawMessage)
		if unmarshal(raw, &body) != nil {
			return &channel.Upsert{Customer: id}
		}
	}
	return &channel.Upsert{
		Customer: id, Region: body.Region.Patch, Segment: body.Segment.Patch, Currency: body.Currency.Patch,
		DeclaredValue: body.DeclaredValue.figure(), Need: body.Need.figure(), ReferralValue: body.ReferralValue.figure(),
		SourcedBy: body.SourcedBy.Patch, ReferredBy: body.ReferredBy.Patch,
		Attributes: body.Attributes.Value, EraseAll: body.EraseAll || body.Attributes.Set && body.Attributes.Value == nil,
	}
}
