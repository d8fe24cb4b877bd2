package task

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
)

const bucketsPerWalk = store.Buckets / WalkBatches

// buckets is the first bucket of every part of the walk.
func buckets() []int {
	out := make([]int, WalkBatches)
	for i := range out {
		out[i] = i * bucketsPerWalk
	}
	return out
}

// walkKey is where a part of the second reader's walk is kept.
func walkKey(name string, part int) string { return fmt.Sprintf("runs/%s/walk/%02d.json", name, part) }

// walked is the whole walk.
func (p *Payrun) walked(ctx context.Context, name string) (*closing.Walk, error) {
	all := &closing.Walk{}
	for part := range WalkBatches {
		var w closing.Walk
		if err := p.files.GetJSON(ctx, walkKey(name, part), &w); err != nil {
			return nil, err
		}
		all.Join(&w)
	}
	return all, nil
}

// statements puts the statements of some owners into their bucket, as JSON, page
// and CSV, without the payment: that is live.
func (p *Payrun) statements(ctx context.Context, t Task) (int, error) {
	n := 0
	for _, o := range t.Owners {
		id, ok := o.Partner()
		if !ok {
			continue
		}
		doc, err := p.uses.Statements.Statement(ctx, closing.StatementRequest{Partner: id, Period: t.Period})
		if fault.Is(err, "statement_not_found") {
			continue // on no plan by then
		}
		if err != nil {
			return n, err
		}
		if err := p.keep(ctx, id, doc); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (p *Payrun) keep(ctx context.Context, id channel.PartnerID, doc *statement.Document) error {
	doc.Payment = nil
	var page, csv bytes.Buffer
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	if err := statement.HTML(&page, doc); err != nil {
		return err
	}
	if err := statement.CSV(&csv, doc); err != nil {
		return err
	}
	at := fmt.Sprintf("statements/%s/%s.", doc.Period, id)
	for _, o := range []Object{{at + "json", "application/json", body}, {at + "html", "text/html; charset=utf-8", page.Bytes()}, {at + "csv", "text/csv; charset=utf-8", csv.Bytes()}} {
		if err := p.files.Keep(ctx, o); err != nil {
			return err
		}
	}
	return nil
}
