package client

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// The states of a customer.
const (
	StateNew      = wire.StateNew
	StateOffered  = wire.StateOffered
	StateAssigned = wire.StateAssigned
	StateWaiting  = wire.StateWaiting
	StateDeclined = wire.StateDeclined
	StateChurned  = wire.StateChurned
)

// The outcomes of a decision.
const (
	OutcomeSalesForce = wire.OutcomeSalesForce
	OutcomePartner    = wire.OutcomePartner
	OutcomeDeclined   = wire.OutcomeDeclined
	OutcomeWaiting    = wire.OutcomeWaiting
)

// The states of an offer.
const (
	OfferOpen      = wire.OfferOpen
	OfferAccepted  = wire.OfferAccepted
	OfferRefused   = wire.OfferRefused
	OfferExpired   = wire.OfferExpired
	OfferWithdrawn = wire.OfferWithdrawn
)

// What became of a fact.
const (
	Applied   = channel.Applied
	Duplicate = channel.Duplicate
	Conflict  = channel.Conflict
	Pending   = channel.Pending
	Rejected  = channel.Rejected
)

// The kinds of an import.
const (
	ImportPartners  = wire.ImportPartners
	ImportPods      = wire.ImportPods
	ImportCustomers = wire.ImportCustomers
	ImportOrders    = wire.ImportOrders
	ImportRefunds   = wire.ImportRefunds
	ImportFeedback  = wire.ImportFeedback
)

// The states of a period, and of work that was handed on.
const (
	PeriodOpen    = wire.PeriodOpen
	PeriodClosing = wire.PeriodClosing
	PeriodClosed  = wire.PeriodClosed
	WorkRunning   = wire.WorkRunning
	WorkDone      = wire.WorkDone
	WorkFailed    = wire.WorkFailed
)

// The states of a payout run.
const (
	RunPrepared = wire.RunPrepared
	RunApproved = wire.RunApproved
	RunPaying   = wire.RunPaying
	RunSettled  = wire.RunSettled
	RunDenied   = wire.RunDenied
)

// The states of a run's line.
const (
	LineOpen      = wire.LineOpen
	LineReserved  = wire.LineReserved
	LineSubmitted = wire.LineSubmitted
	LineUnknown   = wire.LineUnknown
	LineExported  = wire.LineExported
	LinePaid      = wire.LinePaid
	LineRejected  = wire.LineRejected
	LineCarried   = wire.LineCarried
)
