// Command fairlead is the command line of Fairlead: a client of its HTTP API,
// always. With --data it calls the API in process, on the embedded store of a
// data folder; with --server it calls a running service. serve runs that
// service. It owns wiring, the words people read in a terminal, and exit codes:
// 0 done, 1 failed, 2 wrong usage, 3 done in part (a rejects file was written),
// 4 verification failed.
//
// kong makes the grammar from one struct (cli.go) that reads like the manual's
// table of commands, has no globals, and so can be run again and again inside
// one process: the demo and the tests do that. (cobra, the alternative, keeps
// its grammar in code that registers itself.)
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // the programme's time zone, also where the machine knows none

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &machine{
		name: os.Args[0], out: os.Stdout, err: os.Stderr, clock: time.Now,
		tty: term.IsTerminal(int(os.Stderr.Fd())),
	})
	stop()
	os.Exit(code)
}
