package bolt

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

var bg = context.Background()

func key(sk string) table.Key { return table.Key{Table: table.State, PK: "p", SK: sk} }

func put(sk, body string) table.Tx {
	return table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key(sk), Body: []byte(body)}}}
}

func claim(sk string) table.Op {
	return table.Op{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "p", SK: sk}, If: table.Cond{Kind: table.Absent}}
}

func mustPut(t *testing.T, b *Table, sk, body string) {
	t.Helper()
	if _, err := b.Transact(bg, put(sk, body)); err != nil {
		t.Fatal(err)
	}
}

func mustHold(t *testing.T, b *Table, sk, body string) {
	t.Helper()
	items, _, err := b.Get(bg, key(sk))
	if err != nil || string(items[0].Body) != body {
		t.Fatalf("%s holds %q (%v), want %q", sk, items[0].Body, err, body)
	}
}

func mustFail(t *testing.T, err error, slug string, parts ...string) {
	t.Helper()
	if !fault.Is(err, slug) {
		t.Fatalf("got %v, want a fault %q", err, slug)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestOpen_InUse_NamesTheHolderAndItsAddress(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, held := HeldBy(dir); held {
		t.Error("an empty folder is held")
	}
	b := mustOpen(t, dir)
	mustPut(t, b, "a", "1")
	if h, held := HeldBy(dir); !held || h != (Holder{PID: os.Getpid()}) {
		t.Errorf("held by %+v, %v", h, held)
	}
	_, err := Open(dir, Options{})
	mustFail(t, err, "data_folder_in_use")
	if want := fmt.Sprintf("%s is in use by pid %d", dir, os.Getpid()); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if err := b.Announce("127.0.0.1:8080", "2026-07-01T00:00:00Z"); err != nil {
		t.Fatal(err)
	}
	if h, held := HeldBy(dir); !held || h != (Holder{os.Getpid(), "127.0.0.1:8080", "2026-07-01T00:00:00Z"}) {
		t.Errorf("held by %+v, %v", h, held)
	}
	_, err = Open(dir, Options{ReadOnly: true})
	mustFail(t, err, "data_folder_in_use")
	if want := fmt.Sprintf("%s is in use by pid %d (serve on 127.0.0.1:8080)", dir, os.Getpid()); err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, held := HeldBy(dir); held {
		t.Error("a closed folder is held")
	}
	mustHold(t, mustOpen(t, dir), "a", "1")
}

func TestOpen_AStaleLock_IsNotBelieved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := mustOpen(t, dir)
	mustPut(t, b, "a", "1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, LockFile)
	if err := os.WriteFile(lock, []byte(`{"pid":1,"serve":"127.0.0.1:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, held := HeldBy(dir); held {
		t.Error("the LOCK of a process that died was believed")
	}
	r, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, r, "a", "1")
	if _, err := os.Stat(lock); !os.IsNotExist(err) {
		t.Error("the stale LOCK is still there")
	}
	_, err = Open(dir, Options{})
	mustFail(t, err, "data_folder_in_use", dir+" is in use by another process")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestReadOnly_ReadsBesideOthersAndWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Open(dir, Options{ReadOnly: true})
	mustFail(t, err, "no_data", dir)
	db, err := bbolt.Open(filepath.Join(dir, File), 0o600, nil) // as a process leaves it that was killed at once
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir, Options{ReadOnly: true})
	mustFail(t, err, "no_data", dir)
	b := mustOpen(t, dir)
	mustPut(t, b, "a", "1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r, err := Open(dir, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		mustHold(t, r, "a", "1")
		_, err = r.Transact(bg, put("a", "2"))
		mustFail(t, err, "read_only", dir)
		mustFail(t, r.Announce("x", ""), "read_only")
	}
}

func TestOpen_ADamagedFile_SaysSo(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	b := mustOpen(t, whole)
	for i := range 10 {
		mustPut(t, b, fmt.Sprintf("%03d", i), strings.Repeat("x", 200<<10))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(whole, File))
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"text":      []byte("these are not the bytes you are looking for\n"),
		"cut short": data[:1<<20],
		"one page":  data[:4096],
		"zeroes":    make([]byte, 1<<16),
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, File)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, readOnly := range []bool{false, true} {
			_, err := Open(dir, Options{ReadOnly: readOnly})
			if !fault.Is(err, "not_a_data_folder") || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != string(damaged) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestClose_EndsEverythingOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := mustOpen(t, dir)
	mustPut(t, b, "a", "1")
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.Transact(bg, put("a", "2"))
	mustFail(t, err, "store_closed", dir)
	_, _, err = b.Get(bg, key("a"))
	mustFail(t, err, "store_closed", dir)
	_, err = b.Query(bg, table.Range{Table: table.State, PK: "p"})
	mustFail(t, err, "store_closed", dir)
	_, err = b.Changes(bg, 0, 1)
	mustFail(t, err, "store_closed", dir)
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestOpen_AFolderThatCannotBeMade_SaysWhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(filepath.Join(dir, "data"), Options{})
	mustFail(t, err, "storage_failed", dir, "not a directory")
}
