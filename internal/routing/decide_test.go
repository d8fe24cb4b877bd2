package routing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

func decideUsual(t *testing.T, change func(*Input)) Decision {
	t.Helper()
	in := usual(t, mustParse(t, string(readFile(t, "testdata/worldwide.json"))))
	change(&in)
	d, err := Decide(in)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A usual customer: known, owned, registered once, with a history, a model and
// a census, a few attributes and a partner that was full.
func TestRecord_OfAUsualCustomer_StaysUnderOneKilobyte(t *testing.T) {
	observed, ppm := int64(1_234_567), int64(412_345)
	d := decideUsual(t, func(in *Input) {
		in.Customer.SourcedBy, in.Customer.Need, in.Customer.LastYear = "partner-03", 100_000, 12_000
		in.Customer.Attributes = map[string]string{"industry": "retail", "size": "L"}
		in.Value.Observed, in.Value.AlivePPM, in.Value.Model = &observed, 912_345, "2026-03"
		in.Census = Census{Version: "2026-02-28", StablePPM: &ppm}
		in.State = State{Protection: &Protection{Partner: "partner-03", At: epoch.AddDate(-1, 0, 0)}}
		in.Full = []channel.Owner{"partner:partner-04"}
	})
	if n := len(d.Bytes); n > 1000 {
		t.Errorf("%d bytes: %s", n, d.Bytes)
	}
	if n := len(decideUsual(t, func(*Input) {}).Bytes); n > 760 {
		t.Errorf("a plain one takes %d bytes", n)
	}
}

func TestRecord_HoldsNoFloatsAndWholeSeconds(t *testing.T) {
	d := decideUsual(t, func(in *Input) { in.At = in.At.Add(987 * time.Millisecond) })
	if !strings.Contains(string(d.Bytes), `"at":"2026-03-01T00:00:00Z"`) {
		t.Errorf("%s", d.Bytes)
	}
	dec := json.NewDecoder(strings.NewReader(string(d.Bytes)))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			break
		}
		if n, ok := token.(json.Number); ok && strings.ContainsAny(n.String(), ".eE") {
			t.Errorf("the number %s", n)
		}
	}
}

func TestReplay_ChangedRecord_SaysWhatDiffers(t *testing.T) {
	in := usual(t, mustParse(t, string(readFile(t, "testdata/worldwide.json"))))
	d, err := Decide(in)
	if err != nil {
		t.Fatal(err)
	}
	forged := []byte(strings.Replace(string(d.Bytes), `"tier":"growth"`, `"tier":"focal"`, 1))
	r, err := Replay(forged, in.Policy, in.Directory)
	if err != nil || r.Agrees || !slices.Equal(r.Difference, []string{"tier"}) {
		t.Errorf("%v, agrees %t, differs in %v", err, r.Agrees, r.Difference)
	}
	if _, err := Replay(d.Bytes, in.Policy.As(2), in.Directory); !fault.Is(err, "wrong_document") {
		t.Errorf("another version: %v", err)
	}
	old := []byte(strings.Replace(string(d.Bytes), `"engine":1`, `"engine":7`, 1))
	if _, err := Replay(old, in.Policy, in.Directory); !fault.Is(err, "unknown_engine") {
		t.Errorf("another engine: %v", err)
	}
}

// The capacity loop: what the commit refused comes back as an input until
// somebody has room; only those that mattered are kept.
func TestDecide_FullOwners_AreInputsAndTheNextIsTried(t *testing.T) {
	var full []channel.Owner
	seen := map[channel.Owner]bool{}
	for range 13 {
		d := decideUsual(t, func(in *Input) { in.Full = full })
		if d.Record.Outcome == Waiting {
			if !slices.Equal(d.Record.Reasons, []Code{ReasonNoPartner, ReasonTier}) {
				t.Errorf("reasons %v", d.Record.Reasons)
			}
			break
		}
		if seen[d.Commit.Takes] {
			t.Fatalf("%s again", d.Commit.Takes)
		}
		seen[d.Commit.Takes] = true
		full = append(full, d.Commit.Takes)
	}
	if len(seen) != 0 { // the tier asks for gold, which nobody has
		t.Fatalf("seen %v", seen)
	}
	full = nil
	for range 20 {
		d := decideUsual(t, func(in *Input) { in.Value.Amount, in.Full = 100, full })
		if d.Record.Outcome == Waiting {
			break
		}
		full = append(full, d.Commit.Takes)
	}
	if len(full) != 12 {
		t.Errorf("%d of 12 partners were tried: %v", len(full), full)
	}
}

func TestDirectory_BadTerms_AreRefusedByName(t *testing.T) {
	for _, c := range []struct {
		partner channel.Partner
		want    string
	}{
		{channel.Partner{ID: "p1", WeightMicros: 9_999}, "p1.weight: is 0.009999; it must be 0 or between 0.01 and 10000"},
		{channel.Partner{ID: "p1", WeightMicros: 10_000_000_001}, "p1.weight"},
		{channel.Partner{ID: "p1", WeightMicros: -1}, "p1.weight"},
		{channel.Partner{ID: "p1", WeightMicros: 1_000_000, Capacity: -2}, "p1.capacity"},
	} {
		_, err := NewDirectory(channel.Directory{Partners: []channel.Partner{c.partner}})
		if !fault.Is(err, "invalid_directory") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.partner, err)
		}
	}
	twice := channel.Directory{Partners: []channel.Partner{{ID: "p1"}, {ID: "p1"}}}
	if _, err := NewDirectory(twice); err == nil || !strings.Contains(err.Error(), "p1: stands twice") {
		t.Errorf("%v", err)
	}
}

func TestDirectory_OnlyWhatDecideReads_ChangesTheHash(t *testing.T) {
	hash := func(p channel.Partner) string {
		d, err := NewDirectory(channel.Directory{Partners: []channel.Partner{p}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Hash()
	}
	base := channel.Partner{ID: "p1", WeightMicros: weightUnit, Capacity: 5, Status: channel.Active, Regions: []string{"DE", "FR"}}
	same, other := base, base
	same.Name, same.Manager, same.Level, same.Regions = "Müller", "jane", "gold", []string{"FR", "DE", "FR"}
	other.Capacity = 6
	if hash(base) != hash(same) || hash(base) == hash(other) {
		t.Error("the hash does not follow what Decide reads, and only that")
	}
}

func TestShowTo_Partner_SeesItsOwnLineTheWinningScoreAndTheCount(t *testing.T) {
	p := mustParse(t, string(readFile(t, "testdata/worldwide.json")))
	in := usual(t, p)
	in.Value.Amount = 100
	d, err := Decide(in)
	if err != nil {
		t.Fatal(err)
	}
	full, err := d.Show(p, in.Directory)
	if err != nil {
		t.Fatal(err)
	}
	loser := full.Candidates[5]
	v, err := d.ShowTo(channel.PartnerID(loser.ID), p, in.Directory)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Candidates) != 1 || v.Candidates[0] != loser || v.Winning != full.Candidates[0].Score || v.Of != 12 || len(v.Rules) != 0 {
		t.Errorf("sees %+v", v)
	}
	for _, text := range v.Text {
		if strings.Contains(text, full.Candidates[0].ID) || strings.Contains(text, "strategic") {
			t.Errorf("%q names somebody else", text)
		}
	}
}

func TestDecide_ImpossibleInput_Panics(t *testing.T) {
	good := usual(t, mustParse(t, string(readFile(t, "testdata/worldwide.json"))))
	for name, change := range map[string]func(*Input){
		"no policy":     func(in *Input) { in.Policy = nil },
		"no directory":  func(in *Input) { in.Directory = nil },
		"no instant":    func(in *Input) { in.At = time.Time{} },
		"dollars":       func(in *Input) { in.Value.Currency = "USD" },
		"by hand alone": func(in *Input) { in.Cause = ByHand },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: decided", name)
				}
			}()
			in := good
			change(&in)
			_, _ = Decide(in)
		}()
	}
}
