// Package metrics owns the names of what the functions measure and how they
// are written: one line of JSON in CloudWatch's embedded metric format, in the
// function's log, without a call to any service. Stacks make an alarm for each
// name. It imports the standard library alone and writes no keys.
package metrics

// Namespace is where all metrics are found.
const Namespace = "Fairlead"

// The dimensions: every metric has the stage and the function.
const (
	DimensionStage    = "Stage"
	DimensionFunction = "Function"
)

// Name names a metric.
type Name string

// The metrics. Each says what it counts and who emits it; the unit is in Units.
const (
	// Decisions is how many decisions were made; stream, from inserts.
	Decisions Name = "Decisions"
	// Waiting is how many decisions left a customer waiting; stream.
	Waiting Name = "Waiting"
	// Latency is how long an invocation took; every function.
	Latency Name = "Latency"
	// Incentives is how many statements were made; payrun, close-batch.
	Incentives Name = "Incentives"
	// Payouts is how many lines were paid or exported; payrun, pay-batch.
	Payouts Name = "Payouts"
	// PayoutsStuck is how many lines a pay left neither paid, exported nor carried:
	// unknown at the rail, or rejected; payrun, settle.
	PayoutsStuck Name = "PayoutsStuck"
	// Failures is how many requests, messages, records or steps failed for a
	// reason of ours (5xx, or to be sent again); every function.
	Failures Name = "Failures"
	// Refused is how many webhooks were refused: signature, age, size; hook.
	Refused Name = "Refused"
	// Facts is how many facts were applied or found to be known; worker.
	Facts Name = "Facts"
	// Rejected is how many facts were rejected or in conflict for good; worker.
	Rejected Name = "Rejected"
	// Strays is how many entries were booked in a period that is not open
	// and that no seal covers; stream. Anything above 0 is worth a person.
	Strays Name = "Strays"
	// Expired is how many offers a sweep found past their time; sweep.
	Expired Name = "Expired"
	// SweepFailures is how many customers a sweep could not decide; sweep.
	SweepFailures Name = "SweepFailures"
	// Nights is how many nightly sweeps were done to their end; sweep.
	Nights Name = "Nights"
	// WorkAge is how long the oldest close or pay that is not done has been
	// running; sweep.
	WorkAge Name = "WorkAge"
	// Halted is how many closes and pays are halfway while none is running: they
	// failed, and nobody has asked for them again; sweep.
	Halted Name = "Halted"
)

// All lists every name: an alarm covers each.
func All() []Name {
	return []Name{Decisions, Waiting, Latency, Incentives, Payouts, PayoutsStuck, Failures, Refused,
		Facts, Rejected, Strays, Expired, SweepFailures, Nights, WorkAge, Halted}
}

// Functions are the functions, by the value of their dimension.
const (
	API    = "api"
	Hook   = "hook"
	Worker = "worker"
	Payrun = "payrun"
	Sweep  = "sweep"
	Stream = "stream"
)

// Of lists the metrics that a function emits, so that an alarm watches what is
// there.
func Of(function string) []Name {
	common := []Name{Latency, Failures}
	switch function {
	case Hook:
		return append(common, Refused)
	case Worker:
		return append(common, Facts, Rejected)
	case Payrun:
		return append(common, Incentives, Payouts, PayoutsStuck)
	case Sweep:
		return append(common, Expired, SweepFailures, Nights, WorkAge, Halted)
	case Stream:
		return append(common, Decisions, Waiting, Strays)
	}
	return common
}

// Unit is the unit of a metric, in CloudWatch's words.
func (n Name) Unit() string {
	switch n {
	case Latency:
		return "Milliseconds"
	case WorkAge:
		return "Seconds"
	}
	return "Count"
}
