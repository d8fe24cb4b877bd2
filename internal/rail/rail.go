// Package rail is the way money leaves: rails behind one small interface, one
// file each, and the payments file. It owns what a rail's answers mean and which
// rails there are; when an attempt is made is payout's, recording it payrun's. It
// writes no keys.
package rail

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
)

// Submission is one payment as a rail is asked for it: an attempt (its key, and
// its amount in minor units of its currency), who is paid, and what for.
type Submission struct {
	payout.Attempt
	Payee     Payee
	Statement string // names the statement that orders the payment, for the bank's remittance text: PARTNER/PERIOD
}

// Payee is who is paid, as the directory knows it when the rail is asked.
type Payee struct {
	Partner channel.PartnerID
	Name    string
}

// Rail carries payments, a batch at a time. Both calls may be made again at any
// age, by another process, with the same attempts in other batches: the key names
// the payment for ever, and a rail must never pay one key twice.
//
// Answer i is of submission i. It is Accepted, Out or Refused only where that is
// certain; everything else, a timeout included, is Lost. Accepted and Refused are
// final, and Out is until a person confirms the payment. An error says that
// nothing is known of the whole batch, whatever answers come with it; nor is it
// of a submission without an answer (the list is shorter, or the outcome empty).
// People see the message of an error only if it is a fault.Error.
type Rail interface {
	// Submit asks for the payments.
	Submit(ctx context.Context, batch []Submission) ([]payout.Answer, error)

	// Lookup asks what became of attempts that may have been submitted; it moves
	// no money. It may answer Unheard, too.
	Lookup(ctx context.Context, batch []Submission) ([]payout.Answer, error)
}

// Unheard is what only a Lookup answers: the rail is certain that it never heard
// of the key, so submitting it (again) under the same key is right.
const Unheard payout.Outcome = "unheard"

// The names of the rails here.
const (
	FileName    = channel.FileRail
	SandboxName = channel.SandboxRail
)

// Named is a rail with its name.
type Named struct {
	Name  string
	Rail  Rail
	Batch int // how many payments it takes in one call; below 1 counts as 1
}

// Rails are those that an installation pays by. The first one is taken where
// the programme names none; without any nothing can be paid.
type Rails []Named

// Embedded are the rails of an installation whose programme decides: the
// payments file, unless the programme names another. It is the table of all rails
// that there are: each is a file of its own, a line here, and one of channel.Rails,
// which is what programmes and stages know of it.
func Embedded() Rails {
	return Rails{
		{FileName, File{}, fileBatch},
		{SandboxName, &Sandbox{}, sandboxBatch},
	}
}

// Of is the one rail of a stage, by its name; none for a name that is none.
func Of(name string) Rails {
	all := Embedded()
	return slices.DeleteFunc(all, func(n Named) bool { return n.Name != name })
}

// Choose is the rail that a programme names, the first one for "". 409 no_rail
// where there is none at all, 409 rail_differs where this one is not among them.
func (r Rails) Choose(name string) (Named, error) {
	if len(r) == 0 || r[0].Rail == nil {
		return Named{}, fault.New(fault.Conflict, "no_rail", "nothing can be paid: no payment rail is set up here")
	}
	if name == "" {
		return r[0], nil
	}
	if found, ok := r.Named(name); ok {
		return found, nil
	}
	return Named{}, fault.New(fault.Conflict, "rail_differs",
		"the programme names the rail %q, but payments leave here by %s", name, r)
}

// Named is the rail of that name; not ok where it is not among them.
func (r Rails) Named(name string) (found Named, ok bool) {
	i := slices.IndexFunc(r, func(n Named) bool { return n.Name == name && n.Rail != nil })
	if i < 0 {
		return Named{}, false
	}
	return r[i], true
}

// String is the names, for messages.
func (r Rails) String() string {
	names := make([]string, len(r))
	for i, n := range r {
		names[i] = strconv.Quote(n.Name)
	}
	return strings.Join(names, " or ")
}
