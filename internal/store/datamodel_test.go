package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

// rows are the keys as docs/data-model.md writes them, and the bodies they hold
// where this package owns them.
var rows = map[string]struct {
	key  table.Key
	body any
}{
	"ClaimKey":        {ClaimKey("source", "event"), Claim{}},
	"ConflictKey":     {ConflictKey("source", "event", "h"), Conflict{}},
	"DecisionKey":     {DecisionKey("customer", "h"), Decision{}},
	"AnswerKey":       {AnswerKey("customer", "h"), Answer{}},
	"EntryKey":        {EntryKey("customer", &history.Entry{Booked: "period", Kind: "kind", ID: "id"}), entryBody{}},
	"StatementKey":    {StatementKey("owner", "period"), StatementItem{}},
	"PositionKey":     {PositionKey("owner", "period", 0), nil},
	"SealKey":         {SealKey("owner", "period"), SealItem{}},
	"PeriodHeadKey":   {PeriodHeadKey("period"), PeriodHead{}},
	"TransferKey":     {TransferKey("owner", "period", "id"), transferBody{}},
	"ResolutionKey":   {ResolutionKey("owner", "period", "id"), resolutionBody{}},
	"AttemptKey":      {AttemptKey("period", "partner", "EUR", 1), attemptBody{}},
	"ApprovalKey":     {ApprovalKey("period", 1), Approval{}},
	"VersionKey":      {VersionKey("kind", "id", 1), Version{}},
	"PartKey":         {PartKey("hash"), nil},
	"StoredAnswerKey": {StoredAnswerKey("call", "caller", "key"), StoredAnswer{}},
	"ControlKey":      {ControlKey(), Control{}},
	"NightKey":        {NightKey(), Night{}},
	"OrphansKey":      {OrphansKey(), Orphans{}},
	"DueKey":          {DueKey("customer"), struct{}{}},
	"NoticeKey":       {NoticeKey("customer", "day", "kind"), Notice{}},
	"HeadKey":         {HeadKey("customer"), headBody{}},
	"OrderKey":        {OrderKey("order"), Order{}},
	"PortfolioKey":    {PortfolioKey("owner", "customer"), PortfolioEntry{}},
	"OfferKey":        {OfferKey("owner", noon, "decision"), OpenOffer{}},
	"WaitingKey":      {WaitingKey("customer"), Waiting{}},
	"CapacityKey":     {CapacityKey("owner"), nil},
	"ReferralKey":     {ReferralKey("referrer", "customer"), Referral{}},
	"RunKey":          {RunKey("period", 1), runBody{}},
	"LineKey":         {LineKey("period", "partner", "EUR"), lineBody{}},
}

func TestDataModel_SaysWhatTheKeysAre(t *testing.T) {
	doc := readDoc(t)
	for name, r := range rows {
		cells, ok := doc[name]
		if !ok {
			t.Errorf("docs/data-model.md has no row for %s", name)
			continue
		}
		if pk, sk := pattern(name, r.key.PK), pattern(name, r.key.SK); cells.pk != pk || cells.sk != sk || cells.table != string(r.key.Table) {
			t.Errorf("%s: the document says %s %s %s, the code %s %s %s", name, cells.table, cells.pk, cells.sk, r.key.Table, pk, sk)
		}
		if r.body == nil {
			continue
		}
		want := members(reflect.TypeOf(r.body))
		slices.Sort(cells.members)
		if !slices.Equal(cells.members, want) {
			t.Errorf("%s: the document names the members\n%v, the code\n%v", name, cells.members, want)
		}
	}
	if len(doc) != len(rows) {
		t.Errorf("%d rows in the document, %d keys", len(doc), len(rows))
	}
}

// TestDataModel_KnowsEveryKeyFunction reads keys.go, so that no new key escapes.
func TestDataModel_KnowsEveryKeyFunction(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || !f.Name.IsExported() || !strings.HasSuffix(f.Name.Name, "Key") {
			continue
		}
		if _, ok := rows[f.Name.Name]; !ok {
			t.Errorf("%s is not in the list of this test, nor in docs/data-model.md", f.Name.Name)
		}
	}
}

var hexadecimal = regexp.MustCompile(`#[0-9a-f]{3}$`)

// pattern writes a sample key as the document does.
func pattern(name, key string) string {
	switch name {
	case "ClaimKey", "ConflictKey", "StoredAnswerKey", "HeadKey", "DueKey":
		key = hexadecimal.ReplaceAllString(key, "#b")
	case "LineKey":
		key = regexp.MustCompile(`#[0-9a-f]$`).ReplaceAllString(key, "#b1")
	case "OfferKey":
		key = strings.Replace(key, stamp(noon), "expires", 1)
	default:
		key = strings.Replace(key, stamp(noon), "due", 1)
	}
	return key
}

func members(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

type docRow struct {
	table, pk, sk string
	members       []string
}

func readDoc(t *testing.T) map[string]docRow {
	text, err := os.ReadFile("../../docs/data-model.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]docRow{}
	section := ""
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "## Ledger"):
			section = "ledger"
		case strings.HasPrefix(line, "## State"):
			section = "state"
		case strings.HasPrefix(line, "## "):
			section = ""
		}
		cells := strings.Split(line, "|")
		if section == "" || len(cells) != 7 || !strings.HasSuffix(strings.TrimSpace(cells[2]), "Key") {
			continue
		}
		code := func(s string) string { s, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(s), "`"), "`"); return s }
		out[strings.TrimSpace(cells[2])] = docRow{section, code(cells[3]), code(cells[4]), strings.Fields(code(cells[5]))}
	}
	return out
}
