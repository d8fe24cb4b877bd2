package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fairlead/fairlead/internal/sample"
)

func grammarOf(t *testing.T) *kong.Kong {
	t.Helper()
	parser, err := kong.New(&grammar{}, kong.ExplicitGroups(groups))
	if err != nil {
		t.Fatal(err)
	}
	return parser
}

// TestFolderUses_KnowEveryCommandAndNoOther: a command that somebody adds says
// what it wants of the data folder.
func TestFolderUses_KnowEveryCommandAndNoOther(t *testing.T) {
	var all []string
	for _, leaf := range grammarOf(t).Model.Leaves(false) {
		words := commandWords(leaf.FullPath())
		words = strings.TrimPrefix(words, "fairlead ")
		words = strings.TrimPrefix(words, filepath.Base(os.Args[0])+" ")
		all = append(all, words)
		if _, ok := useOf(words); !ok {
			t.Errorf("%s is not in the table", words)
		}
		for _, flag := range leaf.Flags {
			all = append(all, words+" --"+flag.Name)
		}
	}
	for row := range folderUses {
		if !slices.ContainsFunc(all, func(words string) bool { return words == row || strings.HasPrefix(words, row+" ") }) {
			t.Errorf("%s is in the table only", row)
		}
	}
}

// try runs a command line in dir and returns its exit code and what it said.
func try(dir string, args ...string) (code int, out string) {
	var said bytes.Buffer
	m := &machine{out: &said, err: &said, clock: func() time.Time { return sample.Clock }, dir: dir}
	return run(context.Background(), args, m), said.String()
}

func TestReading_OnAFolderWithoutData_FailsAndMakesNone(t *testing.T) {
	root := t.TempDir()
	mistyped := filepath.Join(root, "mistyped")
	for _, line := range []string{
		"policy list", "policy show world", "policy diff a b", "plan list", "programme show",
		"why c1", "customers", "customer c1", "route c1 --preview", "value score c1", "portfolio partner:p1", "balance",
		"decisions", "decision show d1", "decision replay d1", "offers", "offer accept o1 --partner p1", "fact shop e1",
		"partners", "partner p1", "pods", "pod north", "statement p1 2026-01", "statements p1", "ledger p1 2026-01",
		"period close 2026-01", "period show 2026-01", "payout prepare --period 2026-01", "payout show 2026-01.1",
		"payout diff 2026-01.1", "payout approve 2026-01.1", "payout deny 2026-01.1 --reason no",
		"payout pay 2026-01.1", "payments 2026-01.1",
	} {
		code, said := try(root, append([]string{"--data", mistyped}, strings.Fields(line)...)...)
		if code != exitFailed || !strings.Contains(said, mistyped+" holds no Fairlead data") {
			t.Errorf("%s: %d, %s", line, code, said)
		}
		if _, err := os.Stat(mistyped); err == nil {
			t.Fatalf("%s made the folder", line)
		}
	}
	if code, said := try(root, "--data", mistyped, "policy", "list", "--help"); code != 0 || exists(mistyped) {
		t.Errorf("--help: %d, %s", code, said)
	}
}

func TestReading_OnAFolderWithoutData_NamesThoseBesideItThatHaveSome(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"acme", "other"} {
		if code, said := try(root, "--data", filepath.Join(root, name), "sweep"); code != 0 {
			t.Fatal(said)
		}
	}
	empty := filepath.Join(root, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{empty, filepath.Join(root, "mistyped")} {
		_, said := try(root, "--data", dir, "customers")
		named := filepath.Join(root, "acme") + ", " + filepath.Join(root, "other")
		if !strings.Contains(said, named) || strings.Contains(said, empty+",") {
			t.Error(said)
		}
	}
	if entries, err := os.ReadDir(empty); err != nil || len(entries) > 0 {
		t.Errorf("%v was put into the empty folder, %v", entries, err)
	}
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := try(root, "--data", file, "customers")
	if code != exitFailed || !strings.Contains(said, "holds no Fairlead data") {
		t.Errorf("a file: %d, %s", code, said)
	}
}

func TestChecking_NeedsNoDataFolderAndMakesNone(t *testing.T) {
	root := t.TempDir()
	if code, said := try(root, "init", "samples"); code != 0 {
		t.Fatal(said)
	}
	dir := filepath.Join(root, "data")
	for _, line := range []string{
		"policy check samples/policy.json", "policy explain samples/policy.json",
		"plan check samples/standard.json", "plan explain samples/standard.json",
	} {
		if code, said := try(root, append([]string{"--data", dir}, strings.Fields(line)...)...); code != 0 {
			t.Errorf("%s: %d, %s", line, code, said)
		}
		if exists(dir) {
			t.Fatalf("%s made the folder", line)
		}
	}
	rows := filepath.Join(root, "rfm.csv")
	if err := os.WriteFile(rows, []byte("x,t_x,T\n1,2,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, said := try(root, "--data", dir, "value", "fit", "--rfm", rows)
	if strings.Contains(said, "holds no Fairlead data") || exists(dir) {
		t.Errorf("value fit --rfm: %s", said)
	}
}

// TestChecking_GoesByTheDataThatAreThere: what a plan's hand-overs are worth is
// said for the policy in force.
func TestChecking_GoesByTheDataThatAreThere(t *testing.T) {
	root := t.TempDir()
	try(root, "init", "samples")
	dir := filepath.Join(root, "data")
	_, without := try(root, "--data", dir, "plan", "check", "samples/standard.json")
	if code, said := try(root, "--data", dir, "policy", "publish", "samples/policy.json"); code != 0 {
		t.Fatal(said)
	}
	_, with := try(root, "--data", dir, "plan", "check", "samples/standard.json")
	if with == without || len(with) < len(without) {
		t.Errorf("with a policy in force:\n%s\nwithout:\n%s", with, without)
	}
}

func TestWriting_MakesTheDataFolder(t *testing.T) {
	root := t.TempDir()
	try(root, "init", "samples")
	for name, text := range map[string]string{
		"customers.csv": "customer_id,region\nc1,DE\n",
		"facts.json": `{"id":"e1","source":"shop","type":"customer.churned","time":"2026-01-02T10:00:00Z",
			"data":{"customerId":"c1"}}`,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, line := range []string{
		"policy publish samples/policy.json", "plan publish samples/standard.json",
		"programme publish samples/programme.json",
		"import customers customers.csv", "facts facts.json", "route --all", "route c1", "assign c1 p1 --reason why",
		"plan assign p1 standard --from 2026-01-01", "token --role manager", "keys", "sweep",
	} {
		dir := filepath.Join(root, "data", string(rune('a'+i)))
		_, said := try(root, append([]string{"--data", dir}, strings.Fields(line)...)...)
		if !exists(dir) || strings.Contains(said, "holds no Fairlead data") {
			t.Errorf("%s: %s", line, said)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
