package intake

import (
	"iter"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/wire"
)

// FactInput is one fact of a batch: parsed, or with Err why it was not. ID and
// Source are as sent, for the answer of an item that could not be parsed.
type FactInput struct {
	Fact       channel.Fact
	ID, Source string
	Err        error
}

// FactRow is one line of a file. Fact.Time zero: the file gave none. Err says
// why the line is no fact.
type FactRow struct {
	Line int
	Fact channel.Fact
	Err  error
}

// ImportRequest carries one file. Exactly the iterator of Kind is set: Facts
// for customers, orders, refunds and feedback. Rejected is called, in the order
// of the lines, for each line that is rejected or in conflict; Progress now
// and then with the lines read.
type ImportRequest struct {
	Kind     string // partners pods customers orders refunds feedback
	Route    bool   // customers: route each one as of its arrived_at
	Key      string
	Facts    iter.Seq[FactRow]
	Partners iter.Seq[documents.PartnerRow]
	Pods     iter.Seq[documents.PodRow]
	Rejected func(wire.ImportReject) error
	Progress func(read int)
}
