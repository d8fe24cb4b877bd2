package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/table"
)

// runBody is a payout run as it is kept; lineBody and attemptBody likewise.
// Who adds a member to the domain's struct adds it here, with omitempty: what
// was kept before is read for ever.
type runBody struct {
	Period     channel.Period  `json:"period"`
	N          int             `json:"n"`
	State      payout.RunState `json:"state"`
	Lines      int             `json:"lines"`
	Totals     []totalBody     `json:"totals"`
	Hash       string          `json:"hash"`
	PreparedBy string          `json:"preparedBy"`
	PreparedAt time.Time       `json:"preparedAt"`
	ApprovedBy string          `json:"approvedBy,omitempty"`
	ApprovedAt time.Time       `json:"approvedAt,omitzero"`
	DeniedBy   string          `json:"deniedBy,omitempty"`
	DeniedAt   time.Time       `json:"deniedAt,omitzero"`
	Reason     string          `json:"reason,omitempty"`
	SettledAt  time.Time       `json:"settledAt,omitzero"`

	AllExported bool `json:"allExported,omitempty"`
}

type totalBody struct {
	Currency string `json:"currency"`
	Earned   int64  `json:"earned"`
	Payable  int64  `json:"payable"`
	Carried  int64  `json:"carried"`
}

func newRunBody(r *payout.Run) runBody {
	body := runBody{Period: r.Period, N: r.N, State: r.State, Lines: r.Lines, Hash: r.Hash,
		PreparedBy: r.PreparedBy, PreparedAt: r.PreparedAt, ApprovedBy: r.ApprovedBy, ApprovedAt: r.ApprovedAt,
		DeniedBy: r.DeniedBy, DeniedAt: r.DeniedAt, Reason: r.Reason, SettledAt: r.SettledAt, AllExported: r.AllExported}
	if r.Totals != nil {
		body.Totals = make([]totalBody, len(r.Totals))
	}
	for i, t := range r.Totals {
		body.Totals[i] = totalBody(t)
	}
	return body
}

func (body *runBody) run() payout.Run {
	r := payout.Run{Period: body.Period, N: body.N, State: body.State, Lines: body.Lines, Hash: body.Hash,
		PreparedBy: body.PreparedBy, PreparedAt: body.PreparedAt, ApprovedBy: body.ApprovedBy, ApprovedAt: body.ApprovedAt,
		DeniedBy: body.DeniedBy, DeniedAt: body.DeniedAt, Reason: body.Reason, SettledAt: body.SettledAt,
		AllExported: body.AllExported}
	if body.Totals != nil {
		r.Totals = make([]payout.Total, len(body.Totals))
	}
	for i, t := range body.Totals {
		r.Totals[i] = payout.Total(t)
	}
	return r
}

// Run loads the n-th (from 1) payout run of a period: 404 run_not_found.
func (s *Store) Run(ctx context.Context, p channel.Period, n int) (Loaded[payout.Run], error) {
	body, err := load[runBody](ctx, s, RunKey(p, n))
	if err == nil && !body.Exists() {
		err = fault.New(fault.NotFound, "run_not_found", "there is no payout run %s", payout.RunID(p, n))
	}
	return Loaded[payout.Run]{body.Value.run(), body.version}, err
}

// FindRun loads a payout run by its id: 404 run_not_found.
func (s *Store) FindRun(ctx context.Context, id string) (Loaded[payout.Run], error) {
	period, n, err := payout.ParseRunID("run", id)
	if err != nil {
		return Loaded[payout.Run]{}, err
	}
	return s.Run(ctx, period, n)
}

// Runs are the payout runs of a period ("": of all), the newest first.
func (s *Store) Runs(ctx context.Context, p channel.Period) ([]payout.Run, error) {
	r := table.Range{Table: table.State, PK: RunKey(p, 1).PK}
	if p != "" {
		r.From, r.To = string(p)+".", string(p)+"/" // "/" is the byte after "."
	}
	var out []payout.Run
	for it, err := range s.Items(ctx, r) {
		var body runBody
		if err == nil {
			err = Decode(it, &body)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, body.run())
	}
	slices.SortFunc(out, func(a, b payout.Run) int { return cmp.Or(cmp.Compare(b.Period, a.Period), cmp.Compare(b.N, a.N)) })
	return out, nil
}

// PutRun saves a payout run: refused where it is not as it was read, or where a
// new one stands already.
func (b *Batch) PutRun(r *Loaded[payout.Run]) {
	saveAs(b, RunKey(r.Value.Period, r.Value.N), r, newRunBody(&r.Value))
}

// saveAs is save for what is kept in another form.
func saveAs[T any](b *Batch, k table.Key, l *Loaded[T], body any) {
	b.Put(k, body, l.version)
	b.saves(&l.version)
}

type lineBody struct {
	Partner   channel.PartnerID `json:"partner"`
	Period    channel.Period    `json:"period"`
	Currency  string            `json:"currency"`
	Run       int               `json:"run"`
	Earned    int64             `json:"earned"`
	Payable   int64             `json:"payable"`
	Carried   int64             `json:"carried"`
	Reason    string            `json:"reason,omitempty"`
	State     payout.LineState  `json:"state"`
	Attempts  int               `json:"attempts,omitempty"`
	PaymentID string            `json:"paymentId,omitempty"`
	PaidAt    time.Time         `json:"paidAt,omitzero"`
	Reference string            `json:"reference,omitempty"`
	Message   string            `json:"message,omitempty"`

	ConfirmedBy string `json:"confirmedBy,omitempty"`
}

func decodeLine(it table.Item) (Loaded[payout.Line], error) {
	var body lineBody
	err := Decode(it, &body)
	return Loaded[payout.Line]{payout.Line(body), it.Version}, err
}

// Line loads the obligation towards a partner in a currency for a period; it does
// not exist before its run was prepared.
func (s *Store) Line(
	ctx context.Context, p channel.Period, partner channel.PartnerID, currency string,
) (Loaded[payout.Line], error) {
	lines, err := s.LinesOf(ctx, p, []Payee{{partner, currency}})
	if err != nil {
		return Loaded[payout.Line]{}, err
	}
	return lines[0], nil
}

// Payee is who is paid in which currency: what names a line within its period.
type Payee struct {
	Partner  channel.PartnerID
	Currency string
}

// LinesOf loads some lines of a period, index by index.
func (s *Store) LinesOf(ctx context.Context, p channel.Period, payees []Payee) ([]Loaded[payout.Line], error) {
	keys := make([]table.Key, len(payees))
	for i, to := range payees {
		keys[i] = LineKey(p, to.Partner, to.Currency)
	}
	items, err := s.getAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]Loaded[payout.Line], len(items))
	for i, it := range items {
		if out[i], err = decodeLine(it); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Lines are all lines of a period, by partner and currency.
func (s *Store) Lines(ctx context.Context, p channel.Period) ([]Loaded[payout.Line], error) {
	var out []Loaded[payout.Line]
	for n := range linePartitions {
		for it, err := range s.Items(ctx, table.Range{Table: table.State, PK: LinePK(p, n)}) {
			if err != nil {
				return nil, err
			}
			l, err := decodeLine(it)
			if err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b Loaded[payout.Line]) int { return payout.ByPayee(a.Value, b.Value) })
	return out, nil
}

// PutLine saves a line: refused where it is not as it was read.
func (b *Batch) PutLine(l *Loaded[payout.Line]) {
	saveAs(b, LineKey(l.Value.Period, l.Value.Partner, l.Value.Currency), l, lineBody(l.Value))
}

// PutLines saves any number of lines, as many at a time as a transaction takes:
// one that is refused leaves those before it written.
func (s *Store) PutLines(ctx context.Context, lines []Loaded[payout.Line]) error {
	for from := 0; from < len(lines); from += table.MaxOps {
		b := &Batch{}
		for i := from; i < min(from+table.MaxOps, len(lines)); i++ {
			b.PutLine(&lines[i])
		}
		if err := s.Commit(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

type attemptBody struct {
	Key      string            `json:"key"`
	Partner  channel.PartnerID `json:"partner"`
	Period   channel.Period    `json:"period"`
	Currency string            `json:"currency"`
	N        int               `json:"n"`
	Minor    int64             `json:"minor"`
	Hash     string            `json:"hash"`
	At       time.Time         `json:"at"`

	Rail string `json:"rail,omitempty"`
}

// LatestAttempt loads the latest attempt of a line, as it was recorded; false if
// there is none.
func (s *Store) LatestAttempt(ctx context.Context, l payout.Line) (payout.Attempt, bool, error) {
	body, err := load[attemptBody](ctx, s, AttemptKey(l.Period, l.Partner, l.Currency, l.Attempts))
	return payout.Attempt(body.Value), body.Exists(), err
}

// PutAttempt adds an attempt to pay a line, where none of its number stands.
func (b *Batch) PutAttempt(a payout.Attempt) {
	b.New(AttemptKey(a.Period, a.Partner, a.Currency, a.N), attemptBody(a))
}

// Approval is one answer to a payout run, for ever.
type Approval struct {
	Answer   string    `json:"answer"` // approve or deny
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Hash     string    `json:"hash"` // of the lines it was about
	Override bool      `json:"override,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Run      string    `json:"run"`
}

// Approvals are the answers that the runs of a period have had, in their order.
func (s *Store) Approvals(ctx context.Context, p channel.Period) ([]Approval, error) {
	var out []Approval
	for it, err := range s.Items(ctx, table.Range{Table: table.Ledger, PK: ApprovalKey(p, 1).PK}) {
		var a Approval
		if err == nil {
			err = Decode(it, &a)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// PutApproval adds the seq-th (from 1) answer to the runs of a period, where none
// of that number stands.
func (b *Batch) PutApproval(p channel.Period, seq int, a Approval) { b.New(ApprovalKey(p, seq), a) }
