package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The people of the story. Whoever prepares a payout run may not approve it.
const (
	manager  = "s.lind"
	preparer = "f.ames"
	approver = "f.boyd"
)

func (w *world) files() []File {
	files := []File{{"partners.csv", []byte(partnersCSV)}, {"pods.csv", []byte(podsCSV)}}
	for _, name := range []string{"programme", "policy", "standard", "starter"} {
		data, err := Documents.ReadFile("documents/" + name + ".json")
		if err != nil {
			panic("sample: " + err.Error())
		}
		if name == "programme" {
			data = bySandbox(data)
		}
		files = append(files, File{name + ".json", data})
	}
	for month := 0; month <= len(Periods); month++ {
		files = append(files, w.customersFile(month), w.ordersFile(month), w.refundsFile(month), w.feedbackFile(month))
	}
	for i, week := range w.changeWeeks() {
		files = append(files, w.factsFile(i, week))
	}
	return files
}

// bySandbox is the programme that pays by the sandbox: in a story nobody waits for
// a bank.
func bySandbox(programme []byte) []byte {
	const file = `"rail": "file"`
	if !bytes.Contains(programme, []byte(file)) {
		panic("sample: the programme names no rail")
	}
	return bytes.Replace(programme, []byte(file), []byte(`"rail": "sandbox"`), 1)
}

// steps is the story in the order of the clock: set up in January; each month
// the new customers, what they did, what changed, and five days after its end
// the close and the payout. In July what customers are worth is read from their
// orders for the first time.
func (w *world) steps() []Step {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	steps := []Step{
		{begin, manager, []string{"programme", "publish", "programme.json"}},
		{begin, manager, []string{"policy", "publish", "policy.json"}},
		{begin, manager, []string{"plan", "publish", "standard.json"}},
		{begin, manager, []string{"plan", "publish", "starter.json"}},
		{begin, manager, []string{"import", "partners", "partners.csv"}},
		{begin, manager, []string{"import", "pods", "pods.csv"}},
	}
	for month := 0; month <= len(Periods); month++ {
		steps = append(steps, w.monthSteps(month)...)
	}
	fitted := monthStart(len(Periods)) // half a year of orders carries a model
	steps = append(
		steps,
		Step{fitted, manager, []string{"value", "fit", "--as-of", fitted.AddDate(0, 0, -1).Format(time.DateOnly)}},
	)
	for i, week := range w.changeWeeks() {
		steps = append(steps, Step{week, manager, []string{"facts", changesFile(i)}})
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return steps
}

// monthSteps loads one month at its end and, if it is a full one, closes and
// pays it when its days of grace are over.
func (w *world) monthSteps(month int) []Step {
	loaded := monthStart(month + 1).Add(-7 * time.Hour)
	if loaded.After(Clock) {
		loaded = Clock
	}
	steps := []Step{{loaded, manager, []string{"import", "customers", monthFile("customers", month), "--route"}}}
	for _, kind := range []string{"orders", "refunds", "feedback"} {
		steps = append(steps, Step{loaded, manager, []string{"import", kind, monthFile(kind, month)}})
	}
	steps = append(steps, Step{loaded, manager, []string{"sweep"}})
	if month >= len(Periods) {
		return steps
	}
	period := Periods[month]
	closed := monthStart(month+1).AddDate(0, 0, 6)
	run := period + ".1"
	return append(steps,
		Step{closed, preparer, []string{"period", "close", period}},
		Step{closed, preparer, []string{"payout", "prepare", "--period", period}},
		Step{closed, approver, []string{"payout", "approve", run}},
		Step{closed, preparer, []string{"payout", "pay", run}})
}

// reportedAt is when the CRM reports a change: at the end of its week.
func (c change) reportedAt() time.Time {
	const week = 7 * 24 * time.Hour
	if t := c.at.Truncate(week).Add(week); t.Before(Clock) {
		return t
	}
	return Clock
}

// changeWeeks are the instants at which the CRM reports changes, each once.
func (w *world) changeWeeks() []time.Time {
	var weeks []time.Time
	for _, c := range w.changes {
		if t := c.reportedAt(); !slices.ContainsFunc(weeks, t.Equal) {
			weeks = append(weeks, t)
		}
	}
	slices.SortFunc(weeks, time.Time.Compare)
	return weeks
}

func changesFile(i int) string { return fmt.Sprintf("changes-%02d.json", i+1) }

// event is a fact as a CRM sends it.
type event struct {
	ID     string         `json:"id"`
	Source string         `json:"source"`
	Type   string         `json:"type"`
	Time   string         `json:"time"`
	Data   map[string]any `json:"data"`
}

func (w *world) factsFile(i int, week time.Time) File {
	var events []event
	for n, c := range w.changes {
		if !c.reportedAt().Equal(week) {
			continue
		}
		e := event{
			ID:     fmt.Sprintf("crm-%04d", n+1),
			Source: "crm",
			Type:   "customer.upserted",
			Time:   c.at.Format(time.RFC3339),
			Data:   map[string]any{"customerId": c.customer},
		}
		if c.churned {
			e.Type = "customer.churned"
		} else {
			e.Data["declaredValue"], e.Data["currency"] = euros(c.declared), "EUR"
		}
		events = append(events, e)
	}
	data, err := json.MarshalIndent(events, "", "  ")
	if err != nil {
		panic("sample: " + err.Error())
	}
	return File{Name: changesFile(i), Data: append(data, '\n')}
}
