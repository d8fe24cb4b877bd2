package routing

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// Policy is a parsed, validated and compiled policy. It is immutable and safe
// for concurrent use. Version is given when it is published.
type Policy struct {
	ID            channel.PolicyID
	Version       int
	EffectiveFrom time.Time // the first instant of its day in the programme's time zone
	Note          string

	hash     string
	bytes    []byte
	warnings []string
}

// Parse reads a policy document strictly (document.Schema), validates what a
// schema cannot say, and compiles its conditions. cal is the programme's
// calendar. Errors are fault.Invalid with slug invalid_document and every
// problem at its JSON path; conditions add their line and column. The examples
// are computed by Check, not here.
func Parse(data []byte, cal channel.Calendar) (*Policy, error) { panic("routing: not built yet") }

// As is the same policy as one published version of itself.
func (p *Policy) As(version int) *Policy {
	q := *p
	q.Version = version
	return &q
}

// Hash names the policy's content: "sha256:..." of Bytes.
func (p *Policy) Hash() string { return p.hash }

// Bytes is the canonical JSON of the document; callers must not change it.
func (p *Policy) Bytes() []byte { return p.bytes }

// Warnings are what a publisher should read twice, in plain sentences.
func (p *Policy) Warnings() []string { return p.warnings }

// Check computes the policy's examples as of EffectiveFrom. It returns one line
// per example and, if any fails, a fault.Invalid with slug example_failed that
// names each with what was expected and what came out.
func (p *Policy) Check() ([]ExampleResult, error) { panic("routing: not built yet") }

// ExampleResult is one worked example, computed.
type ExampleResult struct {
	Name     string
	Expected string // "outcome sales_force, tier focal"
	Got      string
	OK       bool
}

// Sentences is the document in plain words, one sentence each.
func (p *Policy) Sentences() []string { panic("routing: not built yet") }

// Known is what is known of a customer when a route loads. Observed is nil
// without a model in force or a score.
type Known struct {
	ID       channel.CustomerID
	Profile  history.Profile
	Summary  history.Summary
	Scored   *Score
	Referred []money.Amount // own values of the customers it referred, as last stored
	Day      time.Time      // as-of day of the value
}

// Score is what the model in force says of a customer.
type Score struct {
	Value    money.Amount
	AlivePPM int64
	Model    string
}

// Load turns what is known of a customer into the inputs of Decide: sums and
// values in the currency of the policy in the customer's region, and the value
// by its basis (observed, declared, prior), referral added. A customer of
// another currency for which the policy has no exchange rate is refused:
// fault.Invalid, slug currency_not_in_policy.
func (p *Policy) Load(k Known) (Customer, Value, error) { panic("routing: not built yet") }

// Currency is the policy's currency in a region.
func (p *Policy) Currency(region string) string { panic("routing: not built yet") }

// Tier is the tier that the bands give: from the present tier (climbing and
// descending by the hysteresis) where owned, else afresh.
func (p *Policy) Tier(region string, owned bool, tier string, value int64) string {
	panic("routing: not built yet")
}

// TierChannel is the channel of a tier in a region; "" if the policy lacks it.
func (p *Policy) TierChannel(region, tier string) channel.Channel { panic("routing: not built yet") }

// FallbackDue reports whether a customer of the region that waits since then
// has waited longer than the policy's fallback allows.
func (p *Policy) FallbackDue(region string, since, at time.Time) bool {
	panic("routing: not built yet")
}

// AtRiskPPM is the P(alive) in ppm below which a customer is at risk; ok is
// false where the policy does not say.
func (p *Policy) AtRiskPPM(region string) (ppm int64, ok bool) { panic("routing: not built yet") }

// MinStablePPM is the guard's floor in a region in ppm; ok is false without one.
func (p *Policy) MinStablePPM(region string) (ppm int64, ok bool) { panic("routing: not built yet") }

// Split is the arm of the policy's experiment for a customer: nil without an
// experiment. Where it is the challenger, the policy named by challenger
// decides instead, with this arm in its Input.
func (p *Policy) Split(customer channel.CustomerID) (arm *Arm, challenger Ref) {
	panic("routing: not built yet")
}

// Version is one published version of a policy, for InForce. Published orders
// publications: a sequence number or an instant.
type Version struct {
	ID            channel.PolicyID
	Version       int
	EffectiveFrom time.Time
	Published     int64
}

// InForce is the index of the version in force at t: the greatest EffectiveFrom
// at or before t, then the one published last; -1 if there is none.
func InForce(versions []Version, t time.Time) int {
	best := -1
	for i, v := range versions {
		if v.EffectiveFrom.After(t) {
			continue
		}
		if best < 0 || v.EffectiveFrom.After(versions[best].EffectiveFrom) ||
			v.EffectiveFrom.Equal(versions[best].EffectiveFrom) && v.Published > versions[best].Published {
			best = i
		}
	}
	return best
}
