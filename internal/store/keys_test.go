package store

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

const hash = "0123456789abcdef"

// keys are real keys, one of each kind.
var keys = map[string]table.Key{
	"ClaimKey": ClaimKey("crm", "e#1"), "ConflictKey": ConflictKey("crm", "e#1", hash),
	"DecisionKey": DecisionKey("c1", hash), "AnswerKey": AnswerKey("c1", hash), "NoticeKey": NoticeKey("c1", "2026-03-01", AtRisk),
	"EntryKey":     EntryKey("c1", &history.Entry{Booked: "2026-03", Kind: history.KindLate, ID: "F#2026-02#o#o#1"}),
	"StatementKey": StatementKey("partner:p1", "2026-03"), "PositionKey": PositionKey("partner:p1", "2026-03", 2),
	"SealKey": SealKey("partner:p1", "2026-03"), "PeriodHeadKey": PeriodHeadKey("2026-03"),
	"TransferKey": TransferKey("partner:p1", "2026-03", hash), "ResolutionKey": ResolutionKey("partner:p1", "2026-03", hash),
	"AttemptKey": AttemptKey("2026-03", "p1", "EUR", 1), "ApprovalKey": ApprovalKey("2026-03", 1),
	"VersionKey": VersionKey(KindModel, ModelID, 12), "PartKey": PartKey("sha256:00"), "StoredAnswerKey": StoredAnswerKey("GET /", "ann", "k"),
	"ControlKey": ControlKey(), "NightKey": NightKey(), "OrphansKey": OrphansKey(),
	"DueKey": DueKey("c1"), "HeadKey": HeadKey("c1"), "OrderKey": OrderKey("o1"), "PortfolioKey": PortfolioKey("partner:p1", "c1"),
	"OfferKey": OfferKey("partner:p1", noon, "c1~"+hash), "WaitingKey": WaitingKey("c1"), "CapacityKey": CapacityKey("pod:north"),
	"ReferralKey": ReferralKey("c2", "c1"), "RunKey": RunKey("2026-03", 1), "LineKey": LineKey("2026-03", "p1", "EUR"),
}

// parses are what is read out of keys: of whose keys, and all that was read.
var parses = []struct {
	name, of, want string
	parse          func(pk, sk string) (string, bool)
}{
	{"parseDecisionKey", "DecisionKey", "c1~" + hash, func(pk, sk string) (string, bool) { id, ok := parseDecisionKey(pk, sk); return string(id), ok }},
	{"parseAnswerKey", "AnswerKey", "c1~" + hash, func(pk, sk string) (string, bool) { id, ok := parseAnswerKey(pk, sk); return string(id), ok }},
	{"parseNoticeKey", "NoticeKey", "c1 2026-03-01 at_risk", func(pk, sk string) (string, bool) {
		id, day, kind, ok := parseNoticeKey(pk, sk)
		return fmt.Sprint(id, " ", day, " ", kind), ok
	}},
	{"parseEntryKey", "EntryKey", "c1 2026-03 l F#2026-02#o#o#1", func(pk, sk string) (string, bool) {
		id, n, ok := parseEntryKey(pk, sk)
		return fmt.Sprint(id, " ", n.Booked, " ", n.Kind, " ", n.ID), ok
	}},
	{"parseStatementKey", "StatementKey", "partner:p1 2026-03", func(pk, sk string) (string, bool) {
		o, p, ok := parseStatementKey(pk, sk)
		return fmt.Sprint(o, " ", p), ok
	}},
	{"parsePeriodHeadKey", "PeriodHeadKey", "2026-03", func(pk, sk string) (string, bool) { p, ok := parsePeriodHeadKey(pk, sk); return string(p), ok }},
	{"parseVersionKey", "VersionKey", "model value 12", func(pk, sk string) (string, bool) {
		kind, id, n, ok := parseVersionKey(pk, sk)
		return fmt.Sprint(kind, " ", id, " ", n), ok
	}},
	{"parseHeadKey", "HeadKey", "c1", func(pk, sk string) (string, bool) { id, ok := parseHeadKey(pk, sk); return string(id), ok }},
	{"parseOrderKey", "OrderKey", "o1", func(pk, sk string) (string, bool) { id, ok := parseOrderKey(pk, sk); return string(id), ok }},
	{"parseOfferKey", "OfferKey", "2026-03-02T12:00:00Z c1~" + hash, func(pk, sk string) (string, bool) {
		at, id, ok := parseOfferKey(pk, sk)
		return stamp(at) + " " + string(id), ok
	}},
	{"parseCapacityKey", "CapacityKey", "pod:north", func(pk, sk string) (string, bool) { o, ok := parseCapacityKey(pk, sk); return string(o), ok }},
}

func TestKeys_WhatIsReadOutOfAKeyIsWhatItWasBuiltOf_AndOfNoOther(t *testing.T) {
	for _, p := range parses {
		k := keys[p.of]
		if got, ok := p.parse(k.PK, k.SK); !ok || got != p.want {
			t.Errorf("%s: %q %t, want %q", p.of, got, ok, p.want)
		}
		for name, k := range keys {
			if got, ok := p.parse(k.PK, k.SK); ok && name != p.of {
				t.Errorf("%s takes %s for its own: %s %s is %q", p.name, name, k.PK, k.SK, got)
			}
		}
		for _, k := range []table.Key{{}, {PK: k.PK}, {SK: k.SK}, {PK: k.PK + "x", SK: k.SK + "#x"}, {PK: k.SK, SK: k.PK}} {
			if got, ok := p.parse(k.PK, k.SK); ok && got == p.want {
				t.Errorf("%s takes %q %q for %q", p.name, k.PK, k.SK, got)
			}
		}
	}
}

// TestKeys_EveryListOfCustomersIsReadAlike: an item of a list of customers names
// one, and its owner's open offers do not.
func TestKeys_EveryListOfCustomersIsReadAlike(t *testing.T) {
	for _, name := range []string{"DueKey", "PortfolioKey", "WaitingKey", "ReferralKey"} {
		if id, ok := parseListed(keys[name].SK); !ok || id != channel.CustomerID("c1") {
			t.Errorf("%s: %q %t", name, id, ok)
		}
	}
	for _, name := range []string{"OfferKey", "HeadKey", "OrderKey", "NightKey"} {
		if id, ok := parseListed(keys[name].SK); ok {
			t.Errorf("%s is of the customer %q", name, id)
		}
	}
}

// TestKeys_EveryParseIsTested reads keys.go, so that none escapes.
func TestKeys_EveryParseIsTested(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{"parseCustomerPK": true, "parseListed": true} // by the others, and above
	for _, p := range parses {
		tested[p.name] = true
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		switch {
		case !ok:
		case strings.HasPrefix(f.Name.Name, "parse") && !tested[f.Name.Name]:
			t.Errorf("%s is not in the list of this test", f.Name.Name)
		case f.Name.IsExported() && strings.HasSuffix(f.Name.Name, "Key") && keys[f.Name.Name] == table.Key{}:
			t.Errorf("no key of %s is tried on the parses", f.Name.Name)
		}
	}
}
