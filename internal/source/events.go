package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
)

// Limits of a request with events.
const (
	MaxEvents     = 100
	MaxEventBytes = 64 << 10
)

// The media types of events. Plain application/json may hold one event or a
// list.
const (
	MediaEvent = "application/cloudevents+json"
	MediaBatch = "application/cloudevents-batch+json"
	mediaJSON  = "application/json"
)

// Item is one event of a request: a Fact, or with Err why it is none. Err is a
// fault.Invalid with slug invalid_fact whose fields are JSON paths from the
// event ("data.amount"). ID, Source and Type are as sent where they are text.
type Item struct {
	ID, Source, Type string
	Fact             channel.Fact
	Err              error
}

// Events reads the body of a request: one CloudEvent, or a list of 1 to
// MaxEvents. A bad item spoils no other. The error is a fault.Invalid for what
// concerns the whole: unsupported_media_type, invalid_json, too_many_events.
func Events(contentType string, body []byte) ([]Item, error) {
	media, err := mediaType(contentType)
	if err != nil {
		return nil, err
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	list := len(body) > 0 && body[0] == '['
	switch {
	case list && media == MediaEvent:
		return nil, fault.New(fault.Invalid, "invalid_json", "a list of events is sent as %s", MediaBatch)
	case !list && media == MediaBatch:
		return nil, fault.New(fault.Invalid, "invalid_json", "%s wants a list of events", MediaBatch)
	case !list:
		item := event(body)
		var whole *fault.Error
		if whole = fault.Of(item.Err); whole != nil && whole.Slug == "invalid_json" {
			return nil, whole
		}
		return []Item{item}, nil
	}
	return batch(body)
}

func mediaType(contentType string) (string, error) {
	if contentType == "" {
		return mediaJSON, nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	charset := params["charset"]
	if err != nil || media != mediaJSON && media != MediaEvent && media != MediaBatch || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", fault.New(fault.Invalid, "unsupported_media_type", "%s is not accepted: want %s, %s or %s in UTF-8", fault.Clip(contentType), mediaJSON, MediaEvent, MediaBatch)
	}
	return media, nil
}

// batch cuts a list into its items without looking into them.
func batch(body []byte) ([]Item, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if _, err := dec.Token(); err != nil { // the bracket
		return nil, notJSON(body, dec, err)
	}
	var items []Item
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, notJSON(body, dec, err)
		}
		if len(items) == MaxEvents {
			return nil, fault.New(fault.Invalid, "too_many_events", "a request has at most %d events", MaxEvents)
		}
		items = append(items, event(raw))
	}
	if _, err := dec.Token(); err != nil {
		return nil, notJSON(body, dec, err)
	}
	if rest := bytes.TrimSpace(body[dec.InputOffset():]); len(rest) > 0 {
		return nil, fault.New(fault.Invalid, "invalid_json", "the body is not valid JSON").At("$", "something stands behind the list")
	}
	if len(items) == 0 {
		return nil, fault.New(fault.Invalid, "invalid_json", "the list of events is empty")
	}
	return items, nil
}

func notJSON(body []byte, dec *json.Decoder, err error) error {
	offset := min(int(dec.InputOffset()), len(body))
	line := 1 + bytes.Count(body[:offset], []byte{'\n'})
	return fault.New(fault.Invalid, "invalid_json", "the body is not valid JSON").At(fmt.Sprintf("line %d", line), "%s", err)
}

// event reads one CloudEvent.
func event(raw []byte) Item {
	if len(raw) > MaxEventBytes {
		return Item{Err: fault.New(fault.Invalid, "invalid_fact", "the fact is not valid").At("$", "has %d bytes, at most %d are allowed", len(raw), MaxEventBytes)}
	}
	tree, err := document.Tree(raw)
	if err != nil {
		f := fault.Of(err)
		slug := "invalid_fact"
		if !json.Valid(raw) {
			slug = "invalid_json"
		}
		e := fault.New(f.Kind, slug, "%s", strings.ReplaceAll(f.Msg, "document", "event"))
		e.Fields = f.Fields
		return Item{Err: e}
	}
	o := &object{}
	members, ok := tree.(map[string]any)
	if !ok {
		o.bad("$", "%s; want an object", show(tree))
		return Item{Err: o.err()}
	}
	o.members = members
	return o.event()
}

// attributes of a CloudEvent that say something to us, and those that are only
// allowed to be there.
var eventMembers = []string{"id", "source", "type", "time", "data", "specversion", "datacontenttype", "dataschema", "subject"}

// event turns the members of an event into an Item.
func (o *object) event() Item {
	o.known(eventMembers)
	var item Item
	item.ID, item.Source, item.Type = o.peek("id"), o.peek("source"), o.peek("type")
	f := &item.Fact
	f.ID = required(o, "id", channel.ParseEventID)
	f.Source = required(o, "source", channel.ParseID[channel.Source])
	f.Type = required(o, "type", channel.ParseFactType)
	f.Time = required(o, "time", channel.ParseInstant)
	if v := o.text("specversion"); v.Set && v.Value != "1.0" {
		o.bad("specversion", "%q: want \"1.0\"", fault.Clip(v.Value))
	}
	if v := o.text("datacontenttype"); v.Set && !isJSON(v.Value) {
		o.bad("datacontenttype", "%q: want application/json", fault.Clip(v.Value))
	}
	o.text("dataschema")
	o.text("subject")
	data, ok := o.members["data"].(map[string]any)
	switch v, there := o.members["data"]; {
	case !there:
		o.bad("data", "is missing")
	case !ok:
		o.bad("data", "is %s; want an object", show(v))
	case f.Type != "":
		d := &object{path: "data.", members: data, fields: o.fields}
		d.note(d.data(f))
		o.fields = d.fields
	}
	item.Err = o.err()
	return item
}

func isJSON(s string) bool {
	media, _, err := mime.ParseMediaType(s)
	return err == nil && (media == mediaJSON || strings.HasSuffix(media, "+json"))
}

// data reads the data of the fact's type.
func (o *object) data(f *channel.Fact) (err error) {
	switch f.Type {
	case channel.CustomerUpserted:
		f.Upsert, err = o.upsert()
	case channel.OrderCompleted:
		o.known([]string{"orderId", "customerId", "amount", "currency", "margin", "discount", "product", "attributes"})
		raw := channel.RawOrder{
			OrderID: o.must("orderId"), CustomerID: o.must("customerId"), Amount: o.must("amount"), Currency: o.must("currency"),
			Margin: o.filled("margin"), Discount: o.filled("discount"), Product: o.filled("product"), Attributes: o.attributes(),
		}
		if o.typed() {
			f.Order, err = raw.Parse()
		}
	case channel.OrderRefunded:
		o.known([]string{"refundId", "orderId", "amount"})
		raw := channel.RawRefund{RefundID: o.must("refundId"), OrderID: o.must("orderId"), Amount: o.must("amount")}
		if o.typed() {
			f.Refund, err = raw.Parse()
		}
	case channel.CustomerChurned:
		o.known([]string{"customerId"})
		raw := channel.RawChurn{CustomerID: o.must("customerId")}
		if o.typed() {
			f.Churn, err = raw.Parse()
		}
	case channel.FeedbackRecorded:
		o.known([]string{"customerId", "score"})
		raw := channel.RawFeedback{CustomerID: o.must("customerId"), Score: o.number("score")}
		if o.typed() {
			f.Feedback, err = raw.Parse()
		}
	}
	return err
}

func (o *object) upsert() (*channel.Upsert, error) {
	o.known([]string{"customerId", "region", "segment", "declaredValue", "currency", "need", "sourcedBy", "referredBy", "referralValue", "attributes"})
	raw := channel.RawUpsert{
		CustomerID: o.must("customerId"), Region: o.patch("region"), Segment: o.patch("segment"), Currency: o.patch("currency"),
		DeclaredValue: o.patch("declaredValue"), Need: o.patch("need"), ReferralValue: o.patch("referralValue"),
		SourcedBy: o.patch("sourcedBy"), ReferredBy: o.patch("referredBy"),
	}
	raw.Attributes, raw.EraseAll = o.patches()
	if !o.typed() {
		return nil, nil
	}
	return raw.Parse()
}

// Encode writes a fact as a CloudEvent 1.0, the way Events reads it.
func Encode(f *channel.Fact) ([]byte, error) {
	return json.Marshal(struct {
		SpecVersion     string           `json:"specversion"`
		ID              channel.EventID  `json:"id"`
		Source          channel.Source   `json:"source"`
		Type            channel.FactType `json:"type"`
		Time            string           `json:"time"`
		DataContentType string           `json:"datacontenttype"`
		Data            json.RawMessage  `json:"data"`
	}{"1.0", f.ID, f.Source, f.Type, f.Time.UTC().Format(time.RFC3339), mediaJSON, f.Data()})
}

// sortedNames is the keys of an object in order, so that problems come in one.
func sortedNames(members map[string]any) []string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
