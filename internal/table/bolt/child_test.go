package bolt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Some of what must be proved ends a process, or needs limits that only a
// process of its own can have. For those the test binary runs itself again
// with the name of one of these in the environment.
const childVariable = "FAIRLEAD_BOLT_TEST_CHILD"

var children = map[string]func(dir string) error{
	"orders": orderChild,
}

func TestMain(m *testing.M) {
	child, dir, isChild := strings.Cut(os.Getenv(childVariable), "=")
	if !isChild {
		os.Exit(m.Run())
	}
	if err := children[child](dir); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("done")
	os.Exit(0)
}

// childCommand is the test binary as the named child on a folder.
func childCommand(t *testing.T, name, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childVariable+"="+name+"="+dir)
	return cmd
}

// orderChild writes orders until it is killed, 32 in flight, and says the
// number of each on its output after it was acknowledged.
func orderChild(dir string) error {
	t, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	// Two changes an order: their number was never an order's before.
	var next atomic.Int64
	for after := uint64(0); ; {
		page, err := t.Changes(bg, after, 0)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Seq
		next.Add(int64(len(page)))
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if _, err := t.Transact(bg, orderTx(int(i))); err != nil {
					panic(err)
				}
				mu.Lock()
				fmt.Println("order", i)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return nil
}

// ordersUntil reads the numbers a child says until it has said n, then kills
// it, and returns all that it had said before it died.
func ordersUntil(t *testing.T, cmd *exec.Cmd, n int) []int {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var got []int
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // an incomplete line is no acknowledgement
		}
		var i int
		if _, err := fmt.Sscanf(line, "order %d\n", &i); err != nil {
			t.Errorf("the child says %q", line)
			break
		}
		if got = append(got, i); len(got) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	return got
}
