package metrics

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEmit_IsOneLineOfTheEmbeddedMetricFormat(t *testing.T) {
	var out strings.Builder
	w := NewWriter(&out, "prod", Worker)
	if err := w.Emit(time.UnixMilli(1_700_000_000_123), Counts{Facts: 3, Latency: 12}); err != nil {
		t.Fatal(err)
	}
	want := `{"Facts":3,"Function":"worker","Latency":12,"Stage":"prod","_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"Fairlead","Dimensions":[["Stage","Function"]],"Metrics":[{"Name":"Facts","Unit":"Count"},{"Name":"Latency","Unit":"Milliseconds"}]}]}}` + "\n"
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
	if err := w.Emit(time.Time{}, nil); err != nil || out.String() != want {
		t.Error("nothing measured, but something written")
	}
}

func TestEveryMetricIsEmittedBySomeFunction(t *testing.T) {
	var emitted []Name
	for _, f := range []string{API, Hook, Worker, Payrun, Sweep, Stream} {
		emitted = append(emitted, Of(f)...)
	}
	for _, n := range All() {
		if !slices.Contains(emitted, n) {
			t.Errorf("no function emits %s", n)
		}
	}
	for _, n := range emitted {
		if !slices.Contains(All(), n) {
			t.Errorf("%s is not in All: nothing would watch it", n)
		}
	}
}
