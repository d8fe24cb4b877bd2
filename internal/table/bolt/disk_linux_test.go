package bolt

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

func init() {
	children["tmpfs"] = tmpfsChild
	children["filesize"] = fileSizeChild
	children["addresses"] = addressChild
}

// mustEndWell runs a child to its end.
func mustEndWell(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "cannot mount") {
		t.Skipf("this machine grants no mount of its own: %v %s", err, out)
	}
	if err != nil || !strings.HasSuffix(string(out), "done\n") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestFullDisk_FailsTheGroupAndKeepsWhatStood fills a real file system of a
// few megabytes, in a mount of the child's own.
func TestFullDisk_FailsTheGroupAndKeepsWhatStood(t *testing.T) {
	cmd := childCommand(t, "tmpfs", t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
	mustEndWell(t, cmd)
}

func tmpfsChild(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		return fmt.Errorf("cannot mount: %w", err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		return err
	}
	return fillAndRecover(filepath.Join(dir, "data"), func() error { return os.Remove(ballast) })
}

// TestFileSizeLimit_IsAFullDisk does the same where the system refuses to let
// the file grow.
func TestFileSizeLimit_IsAFullDisk(t *testing.T) {
	mustEndWell(t, childCommand(t, "filesize", t.TempDir()))
}

func fileSizeChild(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	max := limit.Max
	set := func(n uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: max})
	}
	if err := set(20 << 20); err != nil {
		return err
	}
	return fillAndRecover(dir, func() error { return set(max) })
}

// fillAndRecover writes until the disk is full, and looks at what is left:
// in the running process, after opening again on the full disk, and after
// room was made.
func fillAndRecover(dir string, makeRoom func() error) error {
	t, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	stands, err := fillUp(t, 0)
	if err != nil {
		return fmt.Errorf("in the running process: %w", err)
	}
	if err := t.Close(); err != nil {
		return err
	}
	if t, err = Open(dir, Options{}); err != nil {
		return fmt.Errorf("opening on a full disk: %w", err)
	}
	if err := holds(t, stands); err != nil {
		return fmt.Errorf("after opening again: %w", err)
	}
	if stands, err = fillUp(t, stands); err != nil {
		return fmt.Errorf("after opening again: %w", err)
	}
	if err := makeRoom(); err != nil {
		return err
	}
	if _, err := t.Transact(bg, pair(stands)); err != nil {
		return fmt.Errorf("after room was made: %w", err)
	}
	if err := holds(t, stands+1); err != nil {
		return fmt.Errorf("after room was made: %w", err)
	}
	return t.Close()
}

// fillUp writes pairs until three in a row found no room: after one failure
// pages freed by earlier writes may still take a pair. It checks what is told
// of it, and that what stood before stands.
func fillUp(t *Table, stands int) (int, error) {
	for full := 0; full < 3; {
		_, err := t.Transact(bg, pair(stands))
		switch {
		case err == nil:
			stands, full = stands+1, 0
		case fault.Is(err, "disk_full") && strings.Contains(err.Error(), t.dir):
			full++
		default:
			return stands, fmt.Errorf("a full disk is reported as: %w", err)
		}
		if stands > 10_000 {
			return stands, errors.New("the disk does not fill")
		}
	}
	return stands, holds(t, stands)
}

// body is large, so that a disk fills fast.
var body = []byte(strings.Repeat("x", 100<<10))

func pair(i int) table.Tx {
	return table.Tx{Ops: []table.Op{
		{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "p", SK: fmt.Sprint(i)}, Body: body, If: table.Cond{Kind: table.Absent}},
		{Kind: table.Put, Key: table.Key{Table: table.State, PK: "p", SK: fmt.Sprint(i)}, Body: body, If: table.Cond{Kind: table.Absent}},
	}}
}

// holds checks that exactly the first n pairs stand, whole.
func holds(t *Table, n int) error {
	for i := range n + 3 {
		ops := pair(i).Ops
		items, _, err := t.Get(bg, ops[0].Key, ops[1].Key)
		if err != nil {
			return err
		}
		want := 0
		if i < n {
			want = len(body)
		}
		if len(items[0].Body) != want || len(items[1].Body) != want {
			return fmt.Errorf("pair %d of %d has %d and %d bytes", i, n, len(items[0].Body), len(items[1].Body))
		}
	}
	return nil
}

// TestOpen_WithoutAddressSpace_MapsLess: where the machine refuses to map
// 64 GB the store opens all the same.
func TestOpen_WithoutAddressSpace_MapsLess(t *testing.T) {
	mustEndWell(t, childCommand(t, "addresses", t.TempDir()))
}

func addressChild(dir string) error {
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: 6 << 30, Max: 6 << 30}); err != nil {
		return err
	}
	for range 2 {
		t, err := Open(dir, Options{})
		if err != nil {
			return err
		}
		if _, err := t.Transact(bg, put("a", "1")); err != nil {
			return err
		}
		if err := t.Close(); err != nil {
			return err
		}
	}
	return nil
}
