package client

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// Ids, and words that are ids. They are texts: a constant of Go is one.
type (
	CustomerID = channel.CustomerID
	PartnerID  = channel.PartnerID
	PodID      = channel.PodID
	DecisionID = channel.DecisionID
	OfferID    = channel.OfferID
	PlanID     = channel.PlanID
	PolicyID   = channel.PolicyID
	Owner      = channel.Owner
	Period     = channel.Period
	Source     = channel.Source
	Outcome    = channel.Outcome
	Channel    = channel.Channel
)

// Amounts and pages. Money is decimal text and a currency.
type (
	Money  = wire.Money
	Figure = wire.Figure
	Value  = wire.Value
	Page   = wire.Page
)

// What is wrong with a request.
type (
	Problem = wire.Problem
)

// Field is one thing that is wrong with what was sent: where, and what.
type Field = fault.Field

// Opt is a field of a change: absent leaves what is stored, Put changes it, Erase
// erases it.
type Opt[T any] = wire.Opt[T]

// Put is a field that changes to v.
func Put[T any](v T) Opt[T] { return wire.Put(v) }

// Erase is a field that is erased.
func Erase[T any]() Opt[T] { return wire.Erase[T]() }

// Customers, and routing them.
type (
	ProfileBody     = wire.ProfileBody
	Customer        = wire.Customer
	CustomerDetail  = wire.CustomerDetail
	Span            = wire.Span
	CustomerSummary = wire.CustomerSummary
	HistoryItem     = wire.HistoryItem
	CustomersQuery  = wire.CustomersQuery
	CustomerPut     = wire.CustomerPut
	RouteRequest    = wire.RouteRequest
	AssignRequest   = wire.AssignRequest
	RouteResponse   = wire.RouteResponse
	RouteSummary    = wire.RouteSummary
	FailedRoute     = wire.FailedRoute
	SweepSummary    = wire.SweepSummary
	NightSummary    = wire.NightSummary
)

// Decisions and offers.
type (
	Decision       = wire.Decision
	DocumentRef    = wire.DocumentRef
	Reason         = wire.Reason
	RuleLine       = wire.RuleLine
	Candidate      = wire.Candidate
	Decline        = wire.Decline
	DecisionsQuery = wire.DecisionsQuery
	Explanation    = wire.Explanation
	Alternative    = wire.Alternative
	ReplayResult   = wire.ReplayResult
	OfferRef       = wire.OfferRef
	Offer          = wire.Offer
	OffersQuery    = wire.OffersQuery
	AnswerRequest  = wire.AnswerRequest
	OfferAnswered  = wire.OfferAnswered
)

// Facts and imports.
type (
	FactOutcome   = wire.FactOutcome
	FactsAnswer   = wire.FactsAnswer
	ImportReject  = wire.ImportReject
	ImportSummary = wire.ImportSummary
	ImportAnswer  = wire.ImportAnswer
)

// Values.
type (
	FitRequest    = wire.FitRequest
	FitResponse   = wire.FitResponse
	ModelParams   = wire.ModelParams
	SpendFit      = wire.SpendFit
	SpendRefuse   = wire.SpendRefuse
	ModelRef      = wire.ModelRef
	CustomerValue = wire.CustomerValue
	OrderDays     = wire.OrderDays
	Portfolio     = wire.Portfolio
	PortfolioLine = wire.PortfolioLine
	PortfolioMove = wire.PortfolioMove
	Balance       = wire.Balance
)

// Partners and pods.
type (
	PartnerBody       = wire.PartnerBody
	Partner           = wire.Partner
	PlanAssignment    = wire.PlanAssignment
	AssignPlanRequest = wire.AssignPlanRequest
	PodBody           = wire.PodBody
	Pod               = wire.Pod
)

// Documents.
type (
	Published     = wire.Published
	ExampleResult = wire.ExampleResult
	DocumentInfo  = wire.DocumentInfo
	VersionState  = wire.VersionState
	Document      = wire.Document
	DocumentDiff  = wire.DocumentDiff
	Change        = wire.Change
)

// Statements of a month.
type (
	StatementSummary = wire.StatementSummary
	PartnerLedger    = wire.PartnerLedger
	AccountBalance   = wire.AccountBalance
	Transfer         = wire.Transfer
	PeriodStatus     = wire.PeriodStatus
	PeriodTotal      = wire.PeriodTotal
)

// Payout runs.
type (
	PrepareRequest = wire.PrepareRequest
	ApproveRequest = wire.ApproveRequest
	DenyRequest    = wire.DenyRequest
	ConfirmRequest = wire.ConfirmRequest
	Run            = wire.Run
	RunLine        = wire.RunLine
	Diff           = wire.Diff
	DiffCounts     = wire.DiffCounts
	TotalDiff      = wire.TotalDiff
	DiffItem       = wire.DiffItem
)

// What stands in a statement.
type (
	Statement         = statement.Document
	StatementLine     = statement.Line
	StatementInput    = statement.Input
	StatementCarried  = statement.Carried
	StatementHold     = statement.Hold
	StatementFund     = statement.Fund
	StatementHandover = statement.Handover
	StatementProblem  = statement.Problem
	StatementPlan     = statement.PlanRef
	StatementInputs   = statement.Inputs
	StatementSeal     = statement.Seal
	StatementPayment  = statement.Payment
)

// What was measured of all customers at one time.
type (
	Census        = value.Census
	CensusDay     = value.Day
	CensusPolicy  = value.PolicyRef
	CensusRegion  = value.RegionCensus
	CensusPartner = value.PartnerShare
	CensusSegment = value.SegmentMean
	PayGuard      = value.PayGuard
)
