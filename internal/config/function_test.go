package config

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

func env(pairs ...string) func(string) string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return all[k] }
}

func TestFunction_WithoutTimesTakesThoseOfTheClosingProtocol(t *testing.T) {
	f, err := functionFrom(env(LedgerTableVar, "l", StateTableVar, "s"))
	if err != nil || f.Lease != 30*time.Second || f.Write != 10*time.Second || f.Grace != 16*time.Minute || f.LedgerTable != "l" || f.StateTable != "s" {
		t.Errorf("got %+v, %v", f, err)
	}
	f, err = functionFrom(env(LeaseSecondsVar, "0", WriteSecondsVar, "0", GraceSecondsVar, "0"))
	if err != nil || f.Lease != 0 || f.Write != 0 || f.Grace != 0 {
		t.Errorf("zero means zero: got %+v, %v", f, err)
	}
}

func TestFunction_RefusesWhatIsNoNumberOfSeconds(t *testing.T) {
	for _, bad := range []string{"x", "-1", "1.5", "86401"} {
		if _, err := functionFrom(env(GraceSecondsVar, bad)); err == nil || !strings.Contains(err.Error(), GraceSecondsVar) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestFunction_DevelopmentKeysLetNobodyInOutsideTheLocalStage(t *testing.T) {
	if _, err := functionFrom(env(StageVar, "prod", DevKeysVar, "{}")); err == nil {
		t.Error("a deployed stage believed development keys")
	}
	if _, err := functionFrom(env(StageVar, LocalStage, DevKeysVar, "{}")); err != nil {
		t.Error(err)
	}
}

func TestFunction_TheSandboxMustBeNamedAndOnlyWhereNoMoneyIsMeant(t *testing.T) {
	for _, c := range []struct{ stage, rail, want string }{
		{"prod", "", FileRail}, {"prod", FileRail, FileRail}, {LocalStage, "", FileRail},
		{LocalStage, SandboxRail, SandboxRail}, {DevStage, SandboxRail, SandboxRail},
		{"prod", SandboxRail, ""}, {"", SandboxRail, ""}, {"dev2", SandboxRail, ""}, {DevStage, "bank", ""},
	} {
		f, err := functionFrom(env(StageVar, c.stage, RailVar, c.rail))
		if c.want == "" && (err == nil || !strings.Contains(err.Error(), RailVar)) {
			t.Errorf("rail %q on stage %q starts: %v", c.rail, c.stage, err)
		}
		if c.want != "" && (err != nil || f.Rail != c.want) {
			t.Errorf("rail %q on stage %q: %q, %v", c.rail, c.stage, f.Rail, err)
		}
	}
}

func TestCheckRail_OfEveryRailOnlyTheOnesThatPayAreForAnyStage(t *testing.T) {
	for _, r := range channel.Rails() {
		for stage, ok := range map[string]bool{"prod": r.Pays, "": r.Pays, LocalStage: true, DevStage: true} {
			if err := CheckRail(stage, r.Name); (err == nil) != ok {
				t.Errorf("%s on stage %q: %v", r.Name, stage, err)
			}
		}
	}
	if err := CheckRail("prod", "bank"); err == nil || !strings.HasPrefix(err.Error(), `rail "bank": want file or `) {
		t.Errorf("%v", err)
	}
}

func TestNeed_NamesEverythingMissing(t *testing.T) {
	err := need(env(QueueURLVar, "q"), []string{QueueURLVar, LedgerTableVar, StateTableVar})
	if err == nil || err.Error() != "not set in the environment: FAIRLEAD_LEDGER_TABLE, FAIRLEAD_STATE_TABLE" {
		t.Errorf("got %v", err)
	}
	if err := need(env(QueueURLVar, "q"), []string{QueueURLVar}); err != nil {
		t.Error(err)
	}
}
