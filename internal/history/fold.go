package history

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Fold folds a customer's partition as it was booked up to and including
// period upTo ("": everything). Entries and moves booked later are invisible;
// a stray that a late entry replaces is always ignored, because no
// statement ever counted it. The result shares memory with p.
func Fold(p Partition, upTo channel.Period) *History {
	h := &History{Customer: p.Customer}
	f := folder{h: h, entries: p.Entries, upTo: upTo, strays: strays(p.Entries)}
	f.sort()
	h.Orders = f.orders()
	f.spans(p.Moves)
	h.Answers = f.answers()
	h.profiles = f.profiles()
	return h
}

// folder sorts the visible entries into their kinds, by index, so that no
// entry is copied twice.
type folder struct {
	h       *History
	entries []Entry
	upTo    channel.Period
	strays  []string // sks, sorted

	order, refund, profile, feedback, churn []ref
}

// ref is one visible entry with what it is sorted by.
type ref struct {
	at int64 // seconds
	i  int32
	id string
}

func byTime(a, b ref) int {
	if a.at != b.at {
		return cmp.Compare(a.at, b.at)
	}
	return strings.Compare(a.id, b.id)
}

func strays(entries []Entry) []string {
	var out []string
	for i := range entries {
		if entries[i].Kind == KindLate {
			out = append(out, entries[i].Replaces)
		}
	}
	sort.Strings(out)
	return out
}

func (f *folder) sort() {
	for i := range f.entries {
		e := &f.entries[i]
		if f.upTo != "" && e.Booked > f.upTo {
			continue
		}
		if len(f.strays) > 0 {
			if _, stray := slices.BinarySearch(f.strays, e.SK()); stray {
				continue
			}
		}
		kind, id := e.Meaning()
		r := ref{at: e.Occurred.Unix(), i: int32(i), id: id}
		if kind == KindProfile {
			r.id = e.Tie()
		}
		switch kind {
		case KindOrder:
			f.order = append(f.order, r)
		case KindRefund:
			f.refund = append(f.refund, r)
		case KindProfile:
			f.profile = append(f.profile, r)
		case KindFeedback:
			f.feedback = append(f.feedback, r)
		case KindChurn:
			f.churn = append(f.churn, r)
		}
	}
	for _, list := range [][]ref{f.order, f.profile, f.feedback, f.churn} {
		if !slices.IsSortedFunc(list, byTime) {
			slices.SortFunc(list, byTime)
		}
	}
}

// orders builds the orders with their refunds. Refunds are sorted by order and
// then by (occurred, id), so that those of one order are one slice.
func (f *folder) orders() []Order {
	if len(f.order) == 0 {
		f.h.Loose = len(f.refund)
		return nil
	}
	order := func(r ref) channel.OrderID { return f.entries[r.i].Refund.Order }
	byOrder := func(r ref, id channel.OrderID) int { return cmp.Compare(order(r), id) }
	slices.SortFunc(f.refund, func(a, b ref) int {
		if c := cmp.Compare(order(a), order(b)); c != 0 {
			return c
		}
		return byTime(a, b)
	})
	refunds := make([]Refund, len(f.refund))
	for i, r := range f.refund {
		e := &f.entries[r.i]
		refunds[i] = Refund{channel.RefundID(r.id), e.Refund.Amount, e.Occurred, e.Booked}
	}
	out := make([]Order, len(f.order))
	matched := 0
	for i, r := range f.order {
		e := &f.entries[r.i]
		out[i] = Order{Order: *e.Order, Occurred: e.Occurred, Booked: e.Booked}
		if len(refunds) == 0 {
			continue
		}
		from, _ := slices.BinarySearchFunc(f.refund, e.Order.ID, byOrder)
		to := from
		for to < len(refunds) && order(f.refund[to]) == e.Order.ID {
			to++
		}
		out[i].Refunds = refunds[from:to:to]
		matched += to - from
	}
	f.h.Loose = len(refunds) - matched
	return out
}

func (f *folder) answers() []Answer {
	out := make([]Answer, 0, len(f.feedback))
	for _, r := range f.feedback {
		e := &f.entries[r.i]
		out = append(out, Answer{e.EventID, e.Score, e.Occurred, e.Booked})
	}
	return out
}

// change is a move, or with churn set what a churn entry makes of one.
type change struct {
	Move
	churn *Entry
}

// changes are the visible moves and churns, in the order in which they took
// effect.
func (f *folder) changes(moves []Move) []change {
	out := make([]change, 0, len(moves)+len(f.churn))
	for _, m := range moves {
		if f.upTo == "" || m.Booked <= f.upTo {
			out = append(out, change{Move: m})
		}
	}
	for _, r := range f.churn {
		e := &f.entries[r.i]
		at := e.Applied
		if at.IsZero() {
			at = e.Occurred
		}
		move := Move{From: at, Seq: e.Seq, Booked: e.Booked, Cause: ByChurn, Decision: channel.DecisionID(r.id)}
		out = append(out, change{move, e})
	}
	slices.SortFunc(out, func(a, b change) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Seq, b.Seq),
			cmp.Compare(a.Decision, b.Decision), cmp.Compare(a.Owner, b.Owner))
	})
	return out
}

// spans are the stretches between the changes that change the owner.
func (f *folder) spans(moves []Move) {
	h := f.h
	owner := channel.Nobody
	for _, m := range f.changes(moves) {
		if m.churn != nil {
			h.churns = append(h.churns, churn{m.churn.Occurred, len(h.Spans)})
		}
		if m.Owner == owner {
			continue
		}
		if owner != channel.Nobody {
			last := &h.Spans[len(h.Spans)-1]
			last.Until, last.Left = m.From, m.Owner == channel.Nobody
		}
		if m.Owner != channel.Nobody {
			h.Spans = append(h.Spans, Span{Owner: m.Owner, From: m.From, Move: m.Move})
		}
		owner = m.Owner
	}
	slices.SortFunc(h.churns, func(a, b churn) int {
		return cmp.Or(a.occurred.Compare(b.occurred), cmp.Compare(a.spans, b.spans))
	})
	for _, c := range h.churns {
		h.Churned = append(h.Churned, c.occurred)
	}
}

// OwnerAt is who owned the customer at t, Nobody if no one did.
func (h *History) OwnerAt(t time.Time) channel.Owner {
	if s, ok := h.SpanAt(t); ok {
		return s.Owner
	}
	return channel.Nobody
}

// SpanAt is the stretch of ownership that holds t; not ok if nobody owned the
// customer then.
func (h *History) SpanAt(t time.Time) (Span, bool) {
	for i := len(h.Spans) - 1; i >= 0; i-- {
		if s := &h.Spans[i]; !s.From.After(t) {
			return *s, s.Until.IsZero() || t.Before(s.Until)
		}
	}
	return Span{}, false
}

// LastMove is the last move up to and including t that gave the customer an
// owner; its span may have ended by churn since. A zero t means ever.
func (h *History) LastMove(t time.Time) (Span, bool) {
	for i := len(h.Spans) - 1; i >= 0; i-- {
		if t.IsZero() || !h.Spans[i].From.After(t) {
			return h.Spans[i], true
		}
	}
	return Span{}, false
}

// FormerPartner is the partner that owned the customer last, up to and
// including t; "" if none ever did.
func (h *History) FormerPartner(t time.Time) channel.PartnerID {
	for i := len(h.Spans) - 1; i >= 0; i-- {
		if p, ok := h.Spans[i].Owner.Partner(); ok && !h.Spans[i].From.After(t) {
			return p
		}
	}
	return ""
}

// ChurnedAt reports whether the customer had left by t and not come back: a
// churn occurred, and nobody was made its owner after that was applied, nor did
// it order since.
func (h *History) ChurnedAt(t time.Time) bool {
	n := sort.Search(len(h.churns), func(i int) bool { return h.churns[i].occurred.After(t) })
	if n == 0 {
		return false
	}
	left := h.churns[n-1]
	for i := len(h.Orders) - 1; i >= 0 && h.Orders[i].Occurred.After(left.occurred); i-- {
		if h.Orders[i].Live(t) {
			return false
		}
	}
	return left.spans == len(h.Spans) || h.Spans[left.spans].From.After(t)
}
