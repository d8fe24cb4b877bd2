// Package programme reads the programme document: what holds for a whole
// installation (time zone, settlement, approval, when customers are routed).
// It owns the document's keys, their defaults and their schema; the value type
// is channel.Programme. It writes no keys.
package programme

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

//go:embed programme.schema.json
var schemaSource []byte

// Schema is the JSON Schema of a programme, also served at
// /schemas/programme.json.
var Schema = document.LazySchema("programme", bytes.Replace(schemaSource, []byte(`"RAIL"`), rails(), 1))

// rails are the names of all rails, as a list in JSON has them.
func rails() []byte {
	var names []string
	for _, r := range channel.Rails() {
		names = append(names, strconv.Quote(r.Name))
	}
	return []byte(strings.Join(names, ", "))
}

// content is the document as written; every key but id is optional.
type content struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	TimeZone          string `json:"timeZone"`
	ReportingCurrency string `json:"reportingCurrency"`
	RouteOn           string `json:"routeOn"`
	Settlement        struct {
		GraceDays     int               `json:"graceDays"`
		MinimumPayout map[string]string `json:"minimumPayout"`
		DisputeDays   int               `json:"disputeDays"`
	} `json:"settlement"`
	Approval struct {
		DiffThreshold string `json:"diffThreshold"`
		RefuseBeyond  string `json:"refuseBeyond"`
	} `json:"approval"`
	Rail string `json:"rail"`
}

// Parse reads a programme document (DOCUMENTS.md, "Programme"). Amounts become
// minor units, rates parts per million; what is absent is as in the zero
// Programme: UTC, no grace, no minimum, routing at first sight, no limits on a
// run, the installation's rail. The error is a fault.Invalid with slug invalid_document that lists every
// problem by its JSON path.
func Parse(data []byte) (channel.Programme, error) {
	var c content
	if err := Schema.Decode(data, &c); err != nil {
		return channel.Programme{}, err
	}
	var problems document.Problems
	p := channel.Programme{
		ID: c.ID, Name: c.Name, TimeZone: c.TimeZone, ReportingCurrency: c.ReportingCurrency,
		RouteOnCall: c.RouteOn == "call",
		GraceDays:   c.Settlement.GraceDays, DisputeDays: c.Settlement.DisputeDays,
		MinimumPayout:    minimums(c.Settlement.MinimumPayout, &problems),
		DiffThresholdPPM: rate("approval.diffThreshold", c.Approval.DiffThreshold, &problems),
		RefuseBeyondPPM:  rate("approval.refuseBeyond", c.Approval.RefuseBeyond, &problems),
		Rail:             c.Rail,
	}
	if _, err := channel.ParseCalendar("timeZone", c.TimeZone); err != nil {
		problems.Merge("", err)
	}
	if _, known := money.Digits(c.ReportingCurrency); c.ReportingCurrency != "" && !known {
		problems.Add("reportingCurrency", "%q is not an ISO 4217 currency", c.ReportingCurrency)
	}
	if c.Approval.RefuseBeyond != "" && p.RefuseBeyondPPM == 0 && problems.Len() == 0 {
		problems.Add("approval.refuseBeyond", "must be more than 0; leave it out for no limit")
	}
	if err := problems.Err("programme"); err != nil {
		return channel.Programme{}, err
	}
	return p, nil
}

func minimums(amounts map[string]string, problems *document.Problems) map[string]int64 {
	if len(amounts) == 0 {
		return nil
	}
	minor := make(map[string]int64, len(amounts))
	for _, currency := range slices.Sorted(maps.Keys(amounts)) {
		n, err := money.ParseMinor(amounts[currency], currency)
		if err != nil {
			problems.Add(document.Path("settlement.minimumPayout", document.Key(currency)), "%s", err)
		}
		minor[currency] = n
	}
	return minor
}

func rate(path, s string, problems *document.Problems) int64 {
	if s == "" {
		return 0
	}
	r, err := money.ParseRate(s)
	if err != nil {
		problems.Add(path, "%s", err)
	}
	return int64(r)
}

// Explain says in plain sentences what a programme means.
func Explain(p channel.Programme) []string {
	zone := p.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	said := []string{fmt.Sprintf("Months, days and effective dates are those of %s.", zone)}
	if p.RouteOnCall {
		said = append(said, "A customer is routed only when somebody asks for it.")
	} else {
		said = append(said, "A customer is routed at first sight, and again when value or profile gives another tier.")
	}
	said = append(said, fmt.Sprintf("A month may be closed %d days after it ended.", p.GraceDays))
	for _, currency := range slices.Sorted(maps.Keys(p.MinimumPayout)) {
		said = append(said, fmt.Sprintf(
			"A payout below %s %s is not made: it is carried forward and shown.",
			money.Format(p.MinimumPayout[currency], currency), currency))
	}
	if p.DisputeDays > 0 {
		said = append(said, fmt.Sprintf("A statement may be disputed for %d days.", p.DisputeDays))
	}
	if p.DiffThresholdPPM > 0 {
		said = append(said, fmt.Sprintf(
			"Before approval a payout that changed by more than %s is pointed out.", percent(p.DiffThresholdPPM)))
	}
	if p.RefuseBeyondPPM > 0 {
		said = append(said, fmt.Sprintf(
			"A run whose total moved by more than %s needs a reason to be approved.", percent(p.RefuseBeyondPPM)))
	}
	if by, named := channel.RailNamed(p.Rail); named {
		said = append(said, by.Words)
	}
	return said
}

// percent words parts per million: 200,000 is "20 %".
func percent(ppm int64) string {
	return money.Rate(ppm*100).String() + " %"
}
