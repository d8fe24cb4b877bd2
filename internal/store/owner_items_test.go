package store

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	books "github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// march is an owner's closing of a month with two parts of everything that may
// have parts, earned so many minor units.
func march(t *testing.T, earned int64) *OwnerItems {
	t.Helper()
	m := NewOwnerItems("partner:p1", "2026-03")
	must(t, m.AddManifest(strings.Repeat("abcd", maxPart/4)+"efgh"))
	m.AddPosition([][]byte{[]byte(`{"position":{}}`), []byte(`{"shares":{}}`)})
	must(t, m.AddStatement(StatementItem{Currency: "EUR", Earned: earned}))
	must(t, m.AddTransfer(books.Transfer{ID: "EUR.earned", Period: "2026-03", Debit: books.Expense, Credit: books.Owed("p1"),
		Minor: earned, Currency: "EUR", Code: books.Earned, Cause: "p1/2026-03"}))
	must(t, m.AddSeal())
	return m
}

func TestOwnerItems_AreReadBackAsTheyWereSealed(t *testing.T) {
	s, m := newStore(table.NewMemory()), march(t, 100)
	if differs, err := s.PutOwnerItems(ctx, m); differs != "" || err != nil {
		t.Fatal(differs, err)
	}
	got, err := s.OwnersClosed(ctx, "2026-03", "partner:p1", "partner:p2")
	must(t, err)
	if d := cmp.Diff(m.Seal, got[0].Seal.SealItem); d != "" || got[0].Statement.Earned != 100 || got[1] != (OwnerClosed{}) {
		t.Errorf("%s %+v", d, got)
	}
	body, err := seal.Canonical(m.Seal)
	must(t, err)
	z := got[0].Seal
	if z.Hash() != seal.Hash(body) || z.Leaf() != seal.Leaf(body) || len(z.ManifestAt) != 2 || len(z.Position) != 2 {
		t.Errorf("%+v", z)
	}
	var part map[string]any
	if found, err := s.PositionPart(ctx, "partner:p1", "2026-03", 1, &part); !found || err != nil || part["shares"] == nil {
		t.Errorf("%v, %v, %v", part, found, err)
	}
	if found, err := s.PositionPart(ctx, "partner:p1", "2026-03", 2, &part); found || err != nil {
		t.Errorf("a third part: %v, %v", found, err)
	}
	transfers, ended, err := s.Transfers(ctx, "p1", "2026-03", "2026-03")
	if err != nil || len(transfers) != 1 || transfers[0].Minor != 100 || len(ended) != 0 {
		t.Errorf("%+v, %+v, %v", transfers, ended, err)
	}
}

func TestOwnerItems_PutAgainAreAnAnswerAndOthersAreNamed(t *testing.T) {
	s := newStore(table.NewMemory())
	for _, c := range []struct {
		earned  int64
		differs string
	}{{100, ""}, {100, ""}, {101, "statement"}} {
		if differs, err := s.PutOwnerItems(ctx, march(t, c.earned)); differs != c.differs || err != nil {
			t.Errorf("put %d: %q, %v, want %q", c.earned, differs, err, c.differs)
		}
		if differs, err := s.CompareOwnerItems(ctx, march(t, c.earned)); differs != c.differs || err != nil {
			t.Errorf("compare %d: %q, %v, want %q", c.earned, differs, err, c.differs)
		}
	}
	if differs, err := newStore(table.NewMemory()).CompareOwnerItems(ctx, march(t, 100)); differs != "manifest" || err != nil {
		t.Errorf("compared with nothing: %q, %v", differs, err)
	}
}

// Half of it may stand, of an attempt that crashed between the parts and the
// transaction; half of the transaction never.
func TestOwnerItems_HalfOfATransactionThatStandsIsNotTheSame(t *testing.T) {
	s := newStore(table.NewMemory())
	b := &Batch{}
	b.New(SealKey("partner:p1", "2026-03"), march(t, 100).Seal)
	must(t, s.Commit(ctx, b))
	if differs, err := s.PutOwnerItems(ctx, march(t, 100)); differs != "position" || err != nil {
		t.Errorf("%q, %v", differs, err)
	}
}

func TestManifest_OfManyEntriesStandsInPartsThatTheSealNames(t *testing.T) {
	text := strings.Repeat("abcdefgh", 2*maxPart/8) + "ij=="
	m := NewOwnerItems("partner:p1", "2026-03")
	must(t, m.AddManifest(text))
	if m.Seal.Manifest != "" || len(m.Seal.ManifestAt) != 3 || len(m.before) != 3 {
		t.Fatalf("%d parts, %d items", len(m.Seal.ManifestAt), len(m.before))
	}
	var all []byte
	for i, one := range m.before {
		if seal.Hash(one.body) != m.Seal.ManifestAt[i] || len(one.body) > table.MaxBody {
			t.Errorf("part %d is %s with %d bytes", i, m.Seal.ManifestAt[i], len(one.body))
		}
		all = append(all, bytes.Trim(one.body, `"`)...)
	}
	if string(all) != text {
		t.Errorf("the parts hold %d bytes", len(all))
	}
}

func TestStatementsOf_ManyPartnersAreInTheOrderAskedFor(t *testing.T) {
	s := newStore(table.NewMemory())
	var partners []channel.PartnerID
	for i := range table.MaxGet + 50 {
		id := channel.PartnerID("p" + strings.Repeat("x", i))
		partners = append(partners, id)
		if i%2 == 1 {
			continue
		}
		b := &Batch{}
		b.New(StatementKey(channel.PartnerOwner(id), "2026-03"), StatementItem{Currency: "EUR", Earned: int64(i)})
		must(t, s.Commit(ctx, b))
	}
	got, err := s.StatementsOf(ctx, "2026-03", partners)
	must(t, err)
	for i, it := range got {
		if (it == nil) != (i%2 == 1) || it != nil && it.Earned != int64(i) {
			t.Errorf("number %d: %+v", i, it)
		}
	}
}
