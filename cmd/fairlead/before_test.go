package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// upgraded is a data folder that version 0.4 wrote, opened by this one. Its file
// was made by the commands of version 0.4 alone, which testdata/before/make.sh
// lists; said.txt there has the hashes of what version 0.4 printed. January is
// closed and settled, February closed and its run approved, and the closing of
// March stopped in the middle.
type upgraded struct {
	t   *testing.T
	h   *host
	now string
}

func openBefore(t *testing.T) *upgraded {
	t.Helper()
	dir := t.TempDir()
	packed, err := os.Open("testdata/before/fairlead.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fairlead.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	u := &upgraded{t: t, now: "2026-04-10T00:00:00Z"}
	u.h, err = openHost(dir, u.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	u.h.fixed = true
	t.Cleanup(func() { _ = u.h.Close() })
	return u
}

func (u *upgraded) clock() time.Time {
	at, err := time.Parse(time.RFC3339, u.now)
	if err != nil {
		u.t.Fatal(err)
	}
	return at
}

// says is what a command prints that must succeed.
func (u *upgraded) says(line string) string {
	u.t.Helper()
	var out, complaint bytes.Buffer
	m := &machine{out: &out, err: &complaint, clock: u.clock, host: u.h}
	if code := run(u.t.Context(), strings.Fields(line), m); code != 0 {
		u.t.Fatalf("fairlead %s ended with %d: %s", line, code, complaint.String())
	}
	return out.String()
}

// mustSay runs a command and wants words in what it prints.
func (u *upgraded) mustSay(line, words string) {
	u.t.Helper()
	if said := u.says(line); !strings.Contains(said, words) {
		u.t.Errorf("fairlead %s does not say %q:\n%s", line, words, said)
	}
}

// closed are the stored items of the months that version 0.4 closed: statement,
// seal and first part of the position of every partner.
func (u *upgraded) closed() []table.Item {
	u.t.Helper()
	var keys []table.Key
	for _, period := range []channel.Period{"2026-01", "2026-02"} {
		keys = append(keys, store.PeriodHeadKey(period))
		for _, id := range []channel.PartnerID{"p1", "p2"} {
			o := channel.PartnerOwner(id)
			keys = append(keys, store.StatementKey(o, period), store.SealKey(o, period), store.PositionKey(o, period, 0))
		}
	}
	items, err := u.h.store.Get(u.t.Context(), keys...)
	if err != nil {
		u.t.Fatal(err)
	}
	for _, it := range items {
		if it.Version == 0 {
			u.t.Fatalf("version 0.4 left no %s %s", it.PK, it.SK)
		}
	}
	return items
}

// TestDataOfTheVersionBefore_HoldFormatsThatChanged: a policy of two parts that
// were cut by their own length, and a book of values in a part of its own.
func TestDataOfTheVersionBefore_HoldFormatsThatChanged(t *testing.T) {
	u := openBefore(t)
	var policy wire.Document
	u.json("policy show growth -o json", &policy)
	parts, err := u.h.store.Get(t.Context(), store.PartKey(policy.Hash))
	if err != nil || parts[0].N != 2 {
		t.Errorf("the policy stands in %d parts (%v), want 2", parts[0].N, err)
	}
	note := strings.Repeat(`Nobody reads "terms" of three hundred kilobytes. `, 7000)
	if !strings.Contains(string(policy.Document), quoted(t, note)) {
		t.Error("the policy's note is not what was published")
	}
	again := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(again, policy.Document, 0o600); err != nil {
		t.Fatal(err)
	}
	u.mustSay("policy publish "+again, "was published already, nothing changed")
	var part json.RawMessage
	if found, err := u.h.store.PositionPart(t.Context(), channel.PartnerOwner("p1"), "2026-03", 1, &part); err != nil || !found {
		t.Errorf("the position of p1 in March has no part for its values: %v", err)
	}
}

func TestDataOfTheVersionBefore_AreReadAsThatVersionReadThem(t *testing.T) {
	u := openBefore(t)
	said, err := os.ReadFile("testdata/before/said.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(said)) {
		want, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		sum := sha256.Sum256([]byte(u.says(command)))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("fairlead %s prints something else than version 0.4:\n%.2000s", command, u.says(command))
		}
	}
	u.mustSay("payout show 2026-01.1", "Run 2026-01.1 is settled: 692.91 EUR")
	u.mustSay("why fr-k014", "What would have to differ")
	u.mustSay("why offered", "Candidates, best first")
	u.mustSay("why waits", "no partner")
	u.mustSay("why far", "We cannot serve you well today.")
	u.mustSay("why byhand", "knows them")
}

func TestDataOfTheVersionBefore_EveryDecisionIsReplayed(t *testing.T) {
	u := openBefore(t)
	var decisions struct{ Items []wire.Decision }
	u.json("decisions -o json", &decisions)
	if len(decisions.Items) < 200 {
		t.Fatalf("only %d decisions", len(decisions.Items))
	}
	for _, d := range decisions.Items {
		u.mustSay("decision replay "+string(d.ID), "the same bytes again")
	}
}

// TestDataOfTheVersionBefore_AnOfferStillOpenIsAccepted: it was made by version
// 0.4, and March is being closed since.
func TestDataOfTheVersionBefore_AnOfferStillOpenIsAccepted(t *testing.T) {
	u := openBefore(t)
	var offers struct{ Items []wire.Offer }
	u.json("offers -o json", &offers)
	if len(offers.Items) != 1 || offers.Items[0].CustomerID != "offered" {
		t.Fatalf("open offers are %+v, want the one of customer offered", offers.Items)
	}
	u.mustSay("--user olga --partner p2 offer accept "+string(offers.Items[0].ID), "is accepted")
	u.mustSay("customer offered", "served by partner p2")
	u.mustSay("period close 2026-03", "2026-03 is closed")
}

// TestDataOfTheVersionBefore_AreClosedAndPaid goes on where version 0.4 stopped:
// February's run was approved under the hash of that version, and March could
// not be finished by it.
func TestDataOfTheVersionBefore_AreClosedAndPaid(t *testing.T) {
	u := openBefore(t)
	before := u.closed()
	u.mustSay("policy list", "is in force")
	u.mustSay("period show 2026-03", "is being closed; run the close again to finish it")
	u.mustSay("--user bob payout pay 2026-02.1", "Run 2026-02.1 is paying: 33.88 EUR")
	u.mustSay("--user bob payout confirm 2026-02.1", "Run 2026-02.1 is settled: 33.88 EUR")
	u.mustSay("period close 2026-03", "2026-03 is closed: 2 statements")
	u.mustSay("--user ann payout prepare --period 2026-03", "Run 2026-03.1 is prepared: 275.24 EUR")
	u.mustSay("--user bob payout approve 2026-03.1", "approved by bob")
	u.mustSay("--user bob payout pay 2026-03.1", "is paying")
	u.mustSay("--user bob payout confirm 2026-03.1", "is settled")

	u.now = "2026-05-10T00:00:00Z"
	u.mustSay("route waits", "waits")
	u.mustSay("period close 2026-04", "2026-04 is closed: 2 statements")
	u.mustSay("--user ann payout prepare --period 2026-04", "Run 2026-04.1 is prepared")
	u.mustSay("statement p1 2026-04", "In 2026-04 One (p1) earned")
	if diff := cmp.Diff(before, u.closed()); diff != "" {
		t.Errorf("what version 0.4 closed is not what it was:\n%s", diff)
	}
}

func (u *upgraded) json(line string, into any) {
	u.t.Helper()
	if err := json.Unmarshal([]byte(u.says(line)), into); err != nil {
		u.t.Fatal(err)
	}
}

// quoted is a text inside JSON, without its quotes.
func quoted(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw[1 : len(raw)-1])
}
