package payout

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// RunState is how far a run has come.
type RunState string

// The states of a run. Settled and Denied are final.
const (
	Prepared RunState = "prepared"
	Approved RunState = "approved"
	Paying   RunState = "paying"
	Settled  RunState = "settled"
	Denied   RunState = "denied"
)

// Run is one payout run of a closed period. N counts the runs of a period from
// 1; there is a second one only after the first was denied. Hash is of the
// lines as prepared: what an approval approves. AllExported says that every line
// left is exported: the run waits for a person, not for a machine.
type Run struct {
	Period     channel.Period
	N          int
	State      RunState
	Lines      int
	Totals     []Total
	Hash       string
	PreparedBy string
	PreparedAt time.Time
	ApprovedBy string
	ApprovedAt time.Time
	DeniedBy   string
	DeniedAt   time.Time
	Reason     string // of the denial, or of overriding the limit
	SettledAt  time.Time

	AllExported bool
}

// Total sums the lines of a run in one currency, in minor units.
type Total struct {
	Currency string
	Earned   int64
	Payable  int64
	Carried  int64
}

// RunID is "PERIOD.N".
func RunID(p channel.Period, n int) string { return string(p) + "." + strconv.Itoa(n) }

// ID is the run's id.
func (r Run) ID() string { return RunID(r.Period, r.N) }

// ParseRunID reads a run id; a bare period is its first run.
func ParseRunID(field, s string) (channel.Period, int, error) {
	month, number, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(cmp.Or(number, "1"))
	period, bad := channel.ParsePeriod(field, month)
	if err != nil || bad != nil || n < 1 || n > 9999 || RunID(period, n) != s && month != s {
		return "", 0, fault.New(fault.Invalid, "invalid_run", "not a payout run").
			At(field, "%q: want PERIOD.N such as 2026-03.1", s)
	}
	return period, n, nil
}

// Prepare makes a run of lines; they are sorted by payee and must all be of
// the period and belong to run n.
func Prepare(p channel.Period, n int, lines []Line, by string, at time.Time) (Run, error) {
	r := Run{Period: p, N: n, State: Prepared, Lines: len(lines), PreparedBy: by, PreparedAt: at}
	if by == "" {
		return r, fault.New(fault.Invalid, "who_prepares", "a payout run needs somebody who prepares it")
	}
	totals, err := Totals(lines)
	if err != nil {
		return r, err
	}
	r.Totals = totals
	r.Hash, err = HashLines(lines)
	return r, err
}

// secondEdition is the mark before a hash of lines that covers what was earned,
// too. A hash without a mark is of the first edition: of what is paid and what
// is carried forward alone.
const secondEdition = "2:"

// HashLines is the hash of what lines order to pay, whether or not something happened to
// them since and whichever run holds them.
func HashLines(lines []Line) (string, error) { return hashLines(lines, secondEdition) }

// HashOf is the hash of lines in the edition that the run was prepared under, to
// be compared with its own.
func (r Run) HashOf(lines []Line) (string, error) {
	if strings.HasPrefix(r.Hash, secondEdition) {
		return hashLines(lines, secondEdition)
	}
	return hashLines(lines, "")
}

func hashLines(lines []Line, edition string) (string, error) {
	type due struct {
		Partner channel.PartnerID `json:"partner"`
		Period  channel.Period    `json:"period"`
		Ccy     string            `json:"currency"`
		Earned  *int64            `json:"earned,omitempty"`
		Payable int64             `json:"payable"`
		Carried int64             `json:"carried"`
	}
	dues := make([]due, 0, len(lines))
	for _, l := range slices.SortedFunc(slices.Values(lines), ByPayee) {
		d := due{l.Partner, l.Period, l.Currency, nil, l.Payable, l.Carried}
		if edition == secondEdition {
			d.Earned = &l.Earned
		}
		dues = append(dues, d)
	}
	hash, err := seal.HashOfValue(dues)
	return edition + hash, err
}

// Totals sums lines per currency, by currency.
func Totals(lines []Line) ([]Total, error) {
	sums := map[string]*[3]money.Exact{}
	for _, l := range lines {
		if sums[l.Currency] == nil {
			sums[l.Currency] = &[3]money.Exact{}
		}
		for i, minor := range []int64{l.Earned, l.Payable, l.Carried} {
			sums[l.Currency][i].Add(minor)
		}
	}
	out := make([]Total, 0, len(sums))
	for currency, sum := range sums {
		t := Total{Currency: currency}
		for i, to := range []*int64{&t.Earned, &t.Payable, &t.Carried} {
			minor, err := sum[i].Round()
			if err != nil {
				return nil, fault.New(fault.Invalid, "total_out_of_range", "the total in %s is out of range", currency).Because(err)
			}
			*to = minor
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Total) int { return cmp.Compare(a.Currency, b.Currency) })
	return out, nil
}

// Approval is somebody's yes. Refusals are why the run would need a reason
// (Diff.Refusals); Hash is of the lines as the approver's check found them.
type Approval struct {
	By       string
	At       time.Time
	Hash     string
	Refusals []string
	Override bool
	Reason   string
}

// Approve lets a prepared run be paid. Approving an approved run again is no
// change, so that a lost answer can be asked for.
func (r Run) Approve(a Approval) (Run, error) {
	switch {
	case a.By == "":
		return r, fault.New(fault.Invalid, "who_approves", "an approval needs somebody who gives it")
	case r.State == Denied:
		return r, fault.New(fault.Conflict, "run_denied", "run %s was denied by %s: %s. Prepare the period again",
			r.ID(), r.DeniedBy, r.Reason)
	case a.By == r.PreparedBy:
		return r, fault.New(fault.Forbidden, "same_person", "%s prepared run %s: somebody else must approve it", a.By, r.ID())
	case channel.SamePerson(a.By, r.PreparedBy):
		return r, fault.New(fault.Forbidden, "same_person", "%+q may be another spelling of %+q, who prepared run %s: "+
			"somebody else must approve it, or deny it and prepare the period again", a.By, r.PreparedBy, r.ID())
	case r.State != Prepared:
		return r, nil
	case a.Hash != r.Hash:
		return r, fault.New(fault.Conflict, "run_changed",
			"the lines of run %s are not those that were prepared: deny it and prepare the period again", r.ID())
	case len(a.Refusals) > 0 && !a.Override:
		return r, fault.New(fault.Conflict, "beyond_limit",
			"run %s is beyond the programme's limit: %s. Approve it with an override and a reason, or deny it",
			r.ID(), strings.Join(a.Refusals, "; "))
	case a.Override && strings.TrimSpace(a.Reason) == "":
		return r, fault.New(fault.Invalid, "reason_missing", "an override needs a reason").At("reason", "is missing")
	}
	r.State, r.ApprovedBy, r.ApprovedAt, r.Reason = Approved, a.By, a.At, a.Reason
	return r, nil
}

// Deny vetoes a run that has not begun to pay. Denying a denied run again is no
// change.
func (r Run) Deny(by, reason string, at time.Time) (Run, error) {
	switch {
	case by == "":
		return r, fault.New(fault.Invalid, "who_denies", "a denial needs somebody who gives it")
	case strings.TrimSpace(reason) == "":
		return r, fault.New(fault.Invalid, "reason_missing", "a denial needs a reason").At("reason", "is missing")
	case r.State == Denied:
		return r, nil
	case r.State == Paying || r.State == Settled:
		return r, fault.New(fault.Conflict, "run_paying", "run %s is %s: it can no longer be denied", r.ID(), r.State)
	}
	r.State, r.DeniedBy, r.DeniedAt, r.Reason = Denied, by, at, reason
	return r, nil
}

// Start begins to pay an approved run; a run that is paying goes on.
func (r Run) Start() (Run, error) {
	switch r.State {
	case Approved, Paying:
		r.State = Paying
	case Settled:
	case Denied:
		return r, fault.New(fault.Conflict, "run_denied", "run %s was denied by %s: %s", r.ID(), r.DeniedBy, r.Reason)
	default:
		return r, fault.New(fault.Conflict, "run_not_approved",
			"run %s is not approved yet: somebody other than %s must approve it", r.ID(), r.PreparedBy)
	}
	return r, nil
}

// Settle ends a paying run if every line is final and what was paid equals the
// transfers posted for it and the total that was approved, per currency (minor
// units). While lines are left it only notes whether all of them are exported. A
// difference is an Internal error: money moved that no line explains, or the
// other way round.
func (r Run) Settle(lines []Line, posted map[string]int64, at time.Time) (Run, error) {
	if r.State != Paying {
		return r, nil
	}
	left := slices.DeleteFunc(slices.Clone(lines), Line.Final)
	r.AllExported = len(left) > 0 && !slices.ContainsFunc(left, func(l Line) bool { return l.State != Exported })
	if len(left) > 0 {
		return r, nil
	}
	paid, err := paidOf(lines)
	if err != nil {
		return r, err
	}
	approved := map[string]int64{}
	for _, t := range r.Totals {
		approved[t.Currency] = t.Payable
	}
	for _, currency := range currencies(paid, posted, approved) {
		if paid[currency] != posted[currency] || paid[currency] != approved[currency] {
			return r, fault.New(fault.Internal, "unbalanced_run",
				"run %s is not settled: lines paid %s, transfers posted %s, approved was %s", r.ID(),
				money.Of(paid[currency], currency), money.Of(posted[currency], currency), money.Of(approved[currency], currency))
		}
	}
	r.State, r.SettledAt = Settled, at
	return r, nil
}

// paidOf sums the paid lines per currency.
func paidOf(lines []Line) (map[string]int64, error) {
	paid := map[string]int64{}
	for _, l := range lines {
		if l.State != Paid {
			continue
		}
		sum, err := money.Add(paid[l.Currency], l.Payable)
		if err != nil {
			return nil, fault.New(fault.Internal, "unbalanced_run", "the sum paid in %s is out of range", l.Currency).
				Because(err)
		}
		paid[l.Currency] = sum
	}
	return paid, nil
}

func currencies(maps ...map[string]int64) []string {
	seen := map[string]bool{}
	for _, m := range maps {
		for c := range m {
			seen[c] = true
		}
	}
	out := make([]string, 0, len(seen))
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// String is the run in a few words, for errors and logs.
func (r Run) String() string { return fmt.Sprintf("run %s (%s)", r.ID(), r.State) }
