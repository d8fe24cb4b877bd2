// Package e2e tells the service as stories, through its command line and its
// webhooks: scenarios/*.txtar, in the order of their names, each going on where
// the one before it ended. They are written once and run against two services:
//
//	go test ./e2e          one on the embedded store, started here
//	make test-localstack   the one deployed to LocalStack
//
// No clock is fixed, because a deployed service has none to fix: the months of
// the stories lie in the past. What only AWS has begins with [!localstack] skip.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// place is where the stories are told.
type place struct {
	server     string // address of the service
	keys       string // folder with the key of development tokens and the secrets of webhooks
	bin        string // folder with the command line
	localstack bool
}

func TestScenarios(t *testing.T) {
	p := where(t)
	testscript.RunT(inOrder{t}, testscript.Params{
		Dir: "scenarios", RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as": p.as, "webhook": p.webhook, "eventually": eventually, "exits": exits, "keep": keep,
			"break": breakIt, "mend": mend, "shop": shop, "war": war, "poison": poison, "cure": cure, "item": item,
		},
		Condition: func(name string) (bool, error) {
			if name != "localstack" {
				return false, fmt.Errorf("there is no condition %q", name)
			}
			return p.localstack, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("PATH", p.bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Setenv("FAIRLEAD_SERVER", p.server)
			for _, v := range os.Environ() {
				if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "FAIRLEAD_") || strings.HasPrefix(name, "AWS_") {
					e.Setenv(name, value)
				}
			}
			return nil
		},
	})
}

// inOrder runs scripts one after the other: testscript would run them at once.
type inOrder struct{ *testing.T }

func (inOrder) Parallel()     {}
func (inOrder) Verbose() bool { return testing.Verbose() }
func (t inOrder) Run(name string, f func(testscript.T)) {
	if t.Failed() {
		return // the rest of the story would make no sense
	}
	t.T.Run(name, func(t *testing.T) { f(inOrder{t}) })
}

// where is the service named by the environment, or one started here.
func where(t *testing.T) place {
	p := place{server: os.Getenv("FAIRLEAD_SERVER"), keys: os.Getenv("FAIRLEAD_TOKEN_DIR"), bin: os.Getenv("FAIRLEAD_BIN_DIR")}
	p.localstack = p.server != ""
	if p.bin == "" {
		p.bin = t.TempDir()
		build := exec.CommandContext(t.Context(), "go", "build", "-o", p.bin, "../cmd/fairlead")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if !p.localstack {
		p.keys = filepath.Join(t.TempDir(), "data")
		p.server = serve(t, p)
	}
	return p
}

// serve starts a service on an embedded store and ends it with the test.
func serve(t *testing.T, p place) string {
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.bin, "fairlead"), "--data", p.keys, "serve", "--addr", "127.0.0.1:0")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the service's log:\n%s", log.String())
		}
	})
	line := make([]byte, 4096)
	n, err := out.Read(line)
	_, rest, ok := strings.Cut(string(line[:n]), " on ")
	if err != nil || !ok {
		t.Fatalf("the service did not start: %q, %v", line[:n], err)
	}
	address, _, _ := strings.Cut(rest, " ")
	return address
}

// as USER ROLE... makes who acts from here on: partner:ID is that partner.
func (p place) as(ts *testscript.TestScript, _ bool, args []string) {
	flags := []string{"--data", p.keys, "--user", args[0], "token"}
	for _, role := range args[1:] {
		if id, ok := strings.CutPrefix(role, "partner:"); ok {
			flags = append(flags, "--partner", id)
			role = "partner"
		}
		flags = append(flags, "--role", role)
	}
	token, err := exec.CommandContext(context.Background(), filepath.Join(p.bin, "fairlead"), flags...).Output()
	ts.Check(err)
	ts.Setenv("FAIRLEAD_TOKEN", strings.TrimSpace(string(token)))
}

// webhook STATUS ID FILE [SECRET] sends a file as a webhook with that message id,
// signed with the service's secret or the one given, and wants that answer.
func (p place) webhook(ts *testscript.TestScript, _ bool, args []string) {
	body, now := []byte(ts.ReadFile(args[2])), time.Now()
	secret := p.secret(ts)
	if len(args) > 3 {
		secret = args[3]
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	ts.Check(err)
	signature, err := signer.Sign(args[1], now, body)
	ts.Check(err)
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.server+"/v1/hooks/standard", bytes.NewReader(body))
	ts.Check(err)
	for name, value := range map[string]string{"webhook-id": args[1], "webhook-timestamp": strconv.FormatInt(now.Unix(), 10),
		"webhook-signature": signature, "content-type": "application/json"} {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer func() { _ = answer.Body.Close() }()
	var said bytes.Buffer
	_, err = said.ReadFrom(answer.Body)
	ts.Check(err)
	if strconv.Itoa(answer.StatusCode) != args[0] {
		ts.Fatalf("webhook %s: status %d, want %s\n%s", args[1], answer.StatusCode, args[0], said.String())
	}
}

func (p place) secret(ts *testscript.TestScript) string {
	data, err := os.ReadFile(filepath.Join(p.keys, "webhooks.json"))
	ts.Check(err)
	var secrets map[string][]string
	ts.Check(json.Unmarshal(data, &secrets))
	return secrets["standard"][0]
}

// patience is how long eventually waits: the queue of LocalStack is asked every
// ten seconds when it was idle.
const patience = 90 * time.Second

// eventually TEXT COMMAND... repeats a command until it prints the text.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	end := time.Now().Add(patience)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := ts.Exec(args[1], args[2:]...)
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%q was not printed within %s (%v)\n%s%s", args[0], patience, err, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		}
		time.Sleep(pause)
	}
}

// exits CODE COMMAND... runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s: exit code %s, want %s\n%s%s", strings.Join(args[1:], " "), code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// keep NAME FROM sets a variable to what follows the text FROM in the last
// output, up to the end of that line, without quotes, comma or full stop.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	_, rest, ok := strings.Cut(ts.ReadFile("stdout"), args[1])
	if !ok {
		ts.Fatalf("there is no %q in %s", args[1], ts.ReadFile("stdout"))
	}
	line, _, _ := strings.Cut(rest, "\n")
	ts.Setenv(args[0], strings.Trim(line, "\",. "))
}
