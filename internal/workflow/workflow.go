// Package workflow is what the state machine that closes and pays and the
// function behind its tasks agree on: the steps, their order, the names under
// which they fail, and what their inputs and answers are called in JSON. The
// stack draws the state machine from it, the function does its steps, and the
// API starts its executions. It is data alone: it knows neither AWS nor a rule.
package workflow

// The works: what an execution is started for, and the beginning of its name.
const (
	Close = "close" // of a period
	Pay   = "pay"   // of a payout run
)

// The names under which a step fails.
const (
	// ErrFinal will not go better another time: the state machine does not try again.
	ErrFinal = "FairleadFinal"
	// ErrAgain may go better when tried again.
	ErrAgain = "FairleadAgain"
)

// The fields of JSON by name, where more than one side has to know them.
const (
	FieldWork   = "work"   // of Start
	FieldName   = "name"   // of the work
	FieldPeriod = "period" // that is closed, or paid
	FieldRun    = "run"    // that is paid
	FieldUser   = "user"   // who asked first
	FieldStep   = "step"   // Step.Name, in the input of a task
	FieldDone   = "done"   // of Planned
	FieldWait   = "wait"   // of Planned, whole seconds
	FieldCount  = "count"  // of Did
)

// Where the state of an execution keeps what a step answered.
const (
	PathPlan     = "$.plan"     // Planned
	PathFinished = "$.finished" // Did
)

// Step is one call of the function, or one for each item of a list.
type Step struct {
	Name string
	// List is the field of Planned that names a list of batches: there is a call
	// for each, whose whole input it is, and what they answer is not kept. Empty:
	// one call.
	List string
	// Passes are the fields of Start that the one call gets.
	Passes []string
	// Result is where its answer is kept: PathPlan or PathFinished.
	Result string
}

// The steps. A plan writes the lists of the steps that follow it.
var (
	PlanClose   = Step{Name: "plan-close", Passes: closeFields, Result: PathPlan} // then wait: Planned.Wait
	CloseBatch  = Step{Name: "close-batch", List: "close"}                        // statements and seals of some owners
	WalkBatch   = Step{Name: "walk-batch", List: "walk"}                          // the second reader reads some customers
	VerifyBatch = Step{Name: "verify-batch", List: "verify"}                      // it makes all again and compares
	FinishClose = Step{Name: "finish-close", Passes: closeFields, Result: PathFinished}
	Statements  = Step{Name: "statement-batch", List: "statements"} // the files of the partners
	PlanPay     = Step{Name: "plan-pay", Passes: payFields, Result: PathPlan}
	PayBatch    = Step{Name: "pay-batch", List: "lines"}
	Settle      = Step{Name: "settle", Passes: payFields, Result: PathFinished}
)

var (
	closeFields = []string{FieldName, FieldPeriod, FieldUser}
	payFields   = []string{FieldName, FieldRun, FieldUser}
)

// Closing are the steps of a close in their order. Of a period that was closed
// already only the last one is done.
func Closing() []Step {
	return []Step{PlanClose, CloseBatch, WalkBatch, VerifyBatch, FinishClose, Statements}
}

// Paying are the steps of a payment in their order. Of a run that was settled
// already only the first one is done.
func Paying() []Step { return []Step{PlanPay, PayBatch, Settle} }

// Start is the input of an execution.
type Start struct {
	Work   string `json:"work"` // Close or Pay
	Name   string `json:"name"` // of the work: closing.CloseName, paying.PayName
	Period string `json:"period,omitempty"`
	Run    string `json:"run,omitempty"`
	User   string `json:"user"` // who asked first
}

// Planned is the answer of a plan: the keys of the lists of batches.
type Planned struct {
	Done       bool   `json:"done"` // closed or settled already
	Wait       int    `json:"wait"` // seconds before the first batch
	Close      string `json:"close,omitempty"`
	Walk       string `json:"walk,omitempty"`
	Verify     string `json:"verify,omitempty"`
	Statements string `json:"statements,omitempty"`
	Lines      string `json:"lines,omitempty"`
}

// Did is the answer of every other step.
type Did struct {
	Step  string `json:"step"`
	Count int    `json:"count"`           // statements made, customers walked, owners verified, lines paid
	State string `json:"state,omitempty"` // of the period or the run, where the step ends it
	Left  int    `json:"left,omitempty"`  // lines that are neither final nor exported
}
