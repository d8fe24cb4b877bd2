package cloud

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
)

func TestStream_TellsWhatValueDid(t *testing.T) {
	counts := metrics.Counts{}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	decision := func(from, to, moved string) []Event {
		out, err := decided("c1", "D#0011223344556677", []byte(`{"record":{"at":"2026-03-01T00:00:00Z","outcome":"partner","owner":"`+to+`","tier":"base","moved":`+moved+`,"inputs":{"owner":"`+from+`"}}}`), counts)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		events []Event
		want   string
	}{
		{decision("partner:p1", "pod:north", "true"), DecisionMade + " " + Promoted},
		{decision("pod:north", "partner:p1", "true"), DecisionMade + " " + Demoted},
		{decision("partner:p1", "partner:p2", "true"), DecisionMade},
		{decision("", "pod:north", "true"), DecisionMade},
		{decision("pod:north", "pod:north", "false"), DecisionMade},
	} {
		var got []string
		for _, e := range c.events {
			got = append(got, e.Type)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("told %v, want %s", got, c.want)
		}
	}
	risk, err := noticed("c1", "N#2026-03-01#at_risk", []byte(`{"alivePpm":99000,"model":"value~1","policy":"world"}`), at)
	if err != nil || risk.Type != AtRisk || !strings.Contains(string(risk.Detail), `"id":"at_risk/c1/2026-03-01"`) {
		t.Errorf("%+v %v", risk, err)
	}
	census, err := fitted(CensusTaken, "census", "000012", []byte(`{"hash":"sha256:00","effectiveFrom":"2026-03-01","published":"2026-03-01T02:00:00Z"}`))
	if err != nil || !strings.Contains(string(census.Detail), `"version":"census~12"`) {
		t.Errorf("%s %v", census.Detail, err)
	}
}
