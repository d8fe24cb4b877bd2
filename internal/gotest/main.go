// Command gotest is `make test`: it runs `go test` and sums up what it said. It
// prints go test's own line per package and the whole output of whatever
// failed, then by name the worked numbers of the incentives and the pins of the
// draw, then every skipped test with its reason, then one line of totals. With
// -v it names every test as it passes. It owns the form of that report and no
// test; its exit code is go test's.
//
//	go run ./internal/gotest [flags and packages of go test]
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

func main() {
	args := os.Args[1:]
	if len(args) == 0 {
		args = []string{"./..."}
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run is go test with these arguments, reported on; the code is its exit code.
func run(args []string) (int, error) {
	began := time.Now()
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 1, err
	}
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	r := newReport(os.Stdout)
	r.all = slices.Contains(args, "-v")
	readErr := r.read(out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 1, err
	}
	code := cmd.ProcessState.ExitCode()
	r.sum(code == 0 && readErr == nil, time.Since(began))
	return code, readErr
}
