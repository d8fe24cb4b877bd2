package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const events = `
{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestWorked"}
{"Action":"output","Package":"m/a","Test":"TestWorked","Output":"=== RUN   TestWorked\n"}
{"Action":"run","Package":"m/a","Test":"TestWorked/whole"}
{"Action":"pass","Package":"m/a","Test":"TestWorked/whole"}
{"Action":"pass","Package":"m/a","Test":"TestWorked"}
{"Action":"run","Package":"m/a","Test":"TestReal"}
{"Action":"output","Package":"m/a","Test":"TestReal","Output":"    a_test.go:7: the file is absent: x\n"}
{"Action":"output","Package":"m/a","Test":"TestReal","Output":"--- SKIP: TestReal (0.00s)\n"}
{"Action":"skip","Package":"m/a","Test":"TestReal"}
{"Action":"output","Package":"m/a","Output":"PASS\n"}
{"Action":"output","Package":"m/a","Output":"ok  \tm/a\t0.1s\n"}
{"Action":"pass","Package":"m/a"}
`

const failing = `
{"ImportPath":"m/c","Action":"build-output","Output":"c.go:1: no\n"}
{"Action":"run","Package":"m/b","Test":"TestOne"}
{"Action":"output","Package":"m/b","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"output","Package":"m/b","Test":"TestOne","Output":"    b_test.go:3: wrong\n"}
{"Action":"output","Package":"m/b","Test":"TestOne","Output":"--- FAIL: TestOne (0.00s)\n"}
{"Action":"fail","Package":"m/b","Test":"TestOne"}
{"Action":"output","Package":"m/b","Output":"panic: oh\n"}
{"Action":"output","Package":"m/b","Output":"FAIL\tm/b\t0.1s\n"}
{"Action":"fail","Package":"m/b"}
not an event
`

func summary(t *testing.T, events string, good bool) string {
	t.Helper()
	var out bytes.Buffer
	r := newReport(&out)
	if err := r.read(strings.NewReader(strings.TrimSpace(events))); err != nil {
		t.Fatal(err)
	}
	r.sum(good, 1500*time.Millisecond)
	return out.String()
}

func TestReport_AllWell_NamesWhatHoldsAndWhatWasSkipped(t *testing.T) {
	want := "ok  \tm/a\t0.1s\n" +
		"Worked numbers and pins that hold:\n    a TestWorked/whole\n" +
		"Skipped:\n    a TestReal: the file is absent: x\n" +
		"PASS\nok  \t3 tests in 1 packages, 1 skipped\t1.5s\n"
	if diff := cmp.Diff(want, summary(t, events, true)); diff != "" {
		t.Error(diff)
	}
}

func TestReport_Failure_ShowsAllOfItsOutput(t *testing.T) {
	want := "c.go:1: no\n" +
		"    b_test.go:3: wrong\n--- FAIL: TestOne (0.00s)\n" +
		"FAIL\tm/b\t0.1s\npanic: oh\n" +
		"not an event\n" +
		"Failed:\n    b\n    b TestOne\n" +
		"FAIL\nFAIL\t1 tests in 1 packages, 0 skipped\t1.5s\n"
	if diff := cmp.Diff(want, summary(t, failing, false)); diff != "" {
		t.Error(diff)
	}
}

func TestReport_EveryTestOnRequest_NamesThemAsTheyPass(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.all = true
	if err := r.read(strings.NewReader(strings.TrimSpace(events))); err != nil {
		t.Fatal(err)
	}
	if want := "    a TestWorked/whole\t0.0s\nok  \tm/a\t0.1s\n"; out.String() != want {
		t.Error(cmp.Diff(want, out.String()))
	}
}

func TestReport_APackageThatIsKilled_ShowsWhatItsTestsWroteUntilThen(t *testing.T) {
	const killed = `
{"Action":"run","Package":"m/k","Test":"TestLong"}
{"Action":"output","Package":"m/k","Test":"TestLong","Output":"=== RUN   TestLong\n"}
{"Action":"output","Package":"m/k","Test":"TestLong","Output":"step 1\n"}
{"Action":"output","Package":"m/k","Output":"signal: killed\n"}
{"Action":"output","Package":"m/k","Output":"FAIL\tm/k\t9.0s\n"}
{"Action":"fail","Package":"m/k"}
`
	want := "FAIL\tm/k\t9.0s\n--- NOT ENDED: TestLong\nstep 1\nsignal: killed\n" +
		"Failed:\n    k\nFAIL\nFAIL\t0 tests in 1 packages, 0 skipped\t1.5s\n"
	if diff := cmp.Diff(want, summary(t, killed, false)); diff != "" {
		t.Error(diff)
	}
}
