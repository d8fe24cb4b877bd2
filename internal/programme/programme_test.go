package programme_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/programme"
)

const acme = `{
  "id": "acme", "name": "Acme Partner Programme", "timeZone": "Europe/Berlin", "reportingCurrency": "EUR", "routeOn": "first_sight",
  "settlement": {"graceDays": 5, "minimumPayout": {"EUR": "25.00", "JPY": "3000"}, "disputeDays": 30, "note": "as agreed"},
  "approval": {"diffThreshold": "0.20", "refuseBeyond": "0.25"}, "rail": "file"
}`

func TestParse_WholeProgramme(t *testing.T) {
	got, err := programme.Parse([]byte(acme))
	want := channel.Programme{
		ID: "acme", Name: "Acme Partner Programme", TimeZone: "Europe/Berlin", ReportingCurrency: "EUR",
		GraceDays: 5, MinimumPayout: map[string]int64{"EUR": 2500, "JPY": 3000}, DisputeDays: 30, DiffThresholdPPM: 200_000, RefuseBeyondPPM: 250_000,
		Rail: "file",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestParse_OnlyAnId_IsTheProgrammeWithoutOne(t *testing.T) {
	got, err := programme.Parse([]byte(`{"id": "p"}`))
	if diff := cmp.Diff(channel.Programme{ID: "p"}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if got, err := programme.Parse([]byte(`{"id": "p", "routeOn": "call"}`)); err != nil || !got.RouteOnCall {
		t.Error(got, err)
	}
}

func TestParse_BadProgramme_SaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"no id", `{}`, "id: is missing"},
		{"id with a space", `{"id": "a b"}`, `id: "a b" is not valid; it must be an id: 1 to 64 letters, digits and . _ : -`},
		{"unknown key", `{"id": "p", "timezone": "UTC"}`, `timezone: unknown key "timezone"; the nearest known one is "timeZone"`},
		{"unknown zone", `{"id": "p", "timeZone": "Europe/Bärlin"}`, "timeZone: "},
		{"this machine's zone", `{"id": "p", "timeZone": "Local"}`, `timeZone: "Local" is not an IANA time zone`},
		{"unknown currency", `{"id": "p", "reportingCurrency": "XYZ"}`, `reportingCurrency: "XYZ" is not an ISO 4217 currency`},
		{"unknown moment", `{"id": "p", "routeOn": "never"}`, `routeOn: "never" is not one of "first_sight", "call"`},
		{"unknown rail", `{"id": "p", "rail": "bank"}`, `rail: "bank" is not one of "file", "`},
		{"negative days", `{"id": "p", "settlement": {"graceDays": -1}}`, "settlement.graceDays: is -1; it must be 0 or more"},
		{"days as text", `{"id": "p", "settlement": {"graceDays": "5"}}`, "settlement.graceDays: is text; it must be a whole number"},
		{"minimum as a number", `{"id": "p", "settlement": {"minimumPayout": {"EUR": 25}}}`, `settlement.minimumPayout.EUR: is a number; it must be text: an amount as text, such as "25.00"`},
		{"too many digits", `{"id": "p", "settlement": {"minimumPayout": {"JPY": "25.00"}}}`, "settlement.minimumPayout.JPY: "},
		{"minimum of no currency", `{"id": "p", "settlement": {"minimumPayout": {"Euro": "25.00"}}}`, `settlement.minimumPayout.Euro: the key "Euro" is not valid; it must be an ISO 4217 code, such as EUR`},
		{"minimum of an unknown currency", `{"id": "p", "settlement": {"minimumPayout": {"XYZ": "25.00"}}}`, `settlement.minimumPayout.XYZ: `},
		{"negative share", `{"id": "p", "approval": {"diffThreshold": "-0.1"}}`, `approval.diffThreshold: "-0.1" is not valid; it must be`},
		{"no change at all allowed", `{"id": "p", "approval": {"refuseBeyond": "0"}}`, "approval.refuseBeyond: must be more than 0; leave it out for no limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := programme.Parse([]byte(c.doc))
			if !fault.Is(err, document.Slug) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
			if diff := cmp.Diff(channel.Programme{}, got); diff != "" {
				t.Error("a refused programme has content", diff)
			}
		})
	}
}

func TestExplain_SaysWhatHolds(t *testing.T) {
	p, err := programme.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Months, days and effective dates are those of Europe/Berlin.",
		"A customer is routed at first sight, and again when value or profile gives another tier.",
		"A month may be closed 5 days after it ended.",
		"A payout below 25.00 EUR is not made: it is carried forward and shown.",
		"A payout below 3000 JPY is not made: it is carried forward and shown.",
		"A statement may be disputed for 30 days.",
		"Before approval a payout that changed by more than 20 % is pointed out.",
		"A run whose total moved by more than 25 % needs a reason to be approved.",
		"Payments leave in a file for the bank; a line is paid once somebody confirms it.",
	}
	if diff := cmp.Diff(want, programme.Explain(p)); diff != "" {
		t.Error(diff)
	}
	if got := programme.Explain(channel.Programme{RouteOnCall: true}); got[0] != "Months, days and effective dates are those of UTC." || len(got) != 3 {
		t.Error(got)
	}
}

func TestParse_EveryRailMayBeNamedAndIsExplained(t *testing.T) {
	for _, r := range channel.Rails() {
		p, err := programme.Parse([]byte(`{"id": "p", "rail": "` + r.Name + `"}`))
		if err != nil || p.Rail != r.Name || !slices.Contains(programme.Explain(p), r.Words) {
			t.Errorf("%s: %q, %v, %q", r.Name, p.Rail, err, programme.Explain(p))
		}
	}
	if said := strings.Join(programme.Explain(channel.Programme{}), " "); strings.Contains(said, "ayments") {
		t.Errorf("a programme that names none says %q", said)
	}
}
