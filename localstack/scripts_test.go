// Package localstack tests the scripts of this folder with stand-ins for Docker
// and for LocalStack: which of the two ways is taken, what Docker is asked, and
// what is said when something is in the way. It runs the test's own binary as
// both stand-ins.
package localstack

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	switch {
	case filepath.Base(os.Args[0]) == "docker":
		os.Exit(docker(os.Getenv("STAND_IN"), os.Args[1:]))
	case len(os.Args) == 3 && os.Args[2] == "fairlead_localstack":
		fmt.Println("Ready.")
		answer(os.Getenv("GATEWAY_LISTEN"))
	case len(os.Args) == 3 && strings.HasPrefix(os.Args[1], "answer"):
		if strings.HasSuffix(os.Args[1], "later") {
			time.Sleep(1500 * time.Millisecond)
		}
		answer(os.Args[2])
	default:
		os.Exit(m.Run())
	}
}

// answer says at an address that it is healthy, as LocalStack does.
func answer(address string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/_localstack/health", func(http.ResponseWriter, *http.Request) {})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(address, mux))
}

// docker is an engine of which files in a folder say how it is: absent has none,
// refuses runs nothing, silent runs what never answers, slow what answers later,
// dies what ends at once.
func docker(dir string, args []string) int {
	is := func(file string) bool { _, err := os.Stat(filepath.Join(dir, file)); return err == nil }
	calls, _ := os.OpenFile(filepath.Join(dir, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	fmt.Fprintln(calls, strings.Join(args, " "))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(dir, "pid"))))))
	switch args[0] {
	case "info":
		if is("absent") {
			return 1
		}
	case "run":
		if is("refuses") {
			fmt.Fprintln(os.Stderr, "no such image")
			return 125
		}
		address := "127.0.0.1:0"
		for i, a := range args {
			if a == "-p" && !is("silent") {
				address = args[i+1][:strings.LastIndexByte(args[i+1], ':')]
			}
		}
		server := exec.Command(must(os.Executable()), "answer", address)
		server.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if is("dies") {
			server = exec.Command("true")
		}
		if is("slow") {
			server.Args[1] = "answer later"
		}
		if err := server.Start(); err != nil {
			return 1
		}
		if is("dies") {
			_ = server.Wait()
		}
		_ = os.WriteFile(filepath.Join(dir, "pid"), []byte(strconv.Itoa(server.Process.Pid)), 0o600)
	case "ps":
		if pid != 0 && (args[1] == "-aq" || syscall.Kill(pid, 0) == nil) {
			fmt.Println("c0ffee")
		}
	case "logs":
		fmt.Println("the container's last words")
	case "stop", "rm":
		if pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		_ = os.Remove(filepath.Join(dir, "pid"))
	}
	return 0
}

func must[T any](v T, _ error) T { return v }

// place is a checkout with the scripts alone, on a port of its own.
type place struct {
	*testing.T
	root, stand string
	port        string
}

func newPlace(t *testing.T) *place {
	for _, tool := range []string{"bash", "curl", "ps", "awk", "setsid", "flock"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the scripts want %s", tool)
		}
	}
	t.Parallel()
	p := &place{T: t, root: t.TempDir(), stand: t.TempDir(), port: free(t)}
	self := must(os.Executable())
	p.write(filepath.Join(p.root, "localstack", "install.sh"), fmt.Sprintf("#!/bin/sh\nmkdir -p %[1]s/venv/bin && cp -f %[2]s %[1]s/venv/bin/python\n", p.home(), self))
	for _, name := range []string{"env.sh", "up.sh", "down.sh", "deploy.sh", "test.sh"} {
		p.write(filepath.Join(p.root, "localstack", name), string(must(os.ReadFile(name))))
	}
	if err := os.Symlink(self, filepath.Join(p.stand, "docker")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = p.command("down.sh").CombinedOutput() })
	return p
}

func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func (p *place) home() string { return filepath.Join(p.root, ".localstack") }

func (p *place) write(name, content string) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o700); err != nil { // #nosec G306 -- it is to be run
		p.Fatal(err)
	}
}

// engine says how the engine is, "" for well.
func (p *place) engine(how string) {
	for _, other := range []string{"absent", "refuses", "silent", "slow", "dies"} {
		_ = os.Remove(filepath.Join(p.stand, other))
	}
	if how != "" {
		p.write(filepath.Join(p.stand, how), "")
	}
}

func (p *place) command(script string, env ...string) *exec.Cmd {
	cmd := exec.Command("bash", filepath.Join(p.root, "localstack", script))
	cmd.Env = append([]string{"PATH=" + p.stand + ":" + os.Getenv("PATH"), "HOME=" + p.root, "STAND_IN=" + p.stand, "LOCALSTACK_PORT=" + p.port, "LOCALSTACK_PATIENCE=20"}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// says runs a script that must end with a code and say all of this.
func (p *place) says(script string, code int, want string, env ...string) {
	p.Helper()
	cmd := p.command(script, env...)
	out, _ := cmd.CombinedOutput()
	for line := range strings.Lines(want) {
		if line = strings.TrimSpace(line); !strings.Contains(string(out), line) {
			p.Errorf("%s does not say %q but\n%s", script, line, out)
		}
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		p.Errorf("%s ended with %d, want %d\n%s", script, got, code, out)
	}
}

func (p *place) calls() string { return string(must(os.ReadFile(filepath.Join(p.stand, "calls")))) }

func TestWithAnEngine_APinnedContainerOfThisCheckoutIsStartedOnce(t *testing.T) {
	p := newPlace(t)
	p.says("up.sh", 0, "a Docker engine answers: starting localstack/localstack:4.13.1 as a container\nready on http://localhost:"+p.port)
	p.says("up.sh", 0, "already answers on http://localhost:"+p.port+" (docker mode)")
	p.says("up.sh", 1, "it already runs in docker mode: make localstack-down first", "LOCALSTACK_MODE=process")
	p.engine("absent") // the mode is what was started, not what would be
	p.says("up.sh", 0, "already answers")
	calls := p.calls()
	for _, part := range []string{"run -d --name fairlead-localstack-", "-p 127.0.0.1:" + p.port + ":" + p.port, "-v /var/run/docker.sock:/var/run/docker.sock",
		"-e GATEWAY_LISTEN=0.0.0.0:" + p.port, "-e LOCALSTACK_HOST=localhost:" + p.port, "-e PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2"} {
		if strings.Count(calls, part) != 1 {
			t.Errorf("want %q once in\n%s", part, calls)
		}
	}
	if strings.Contains(calls, "AUTH_TOKEN") {
		t.Errorf("a token from nowhere:\n%s", calls)
	}
	p.says("down.sh", 0, "stopped")
	p.says("down.sh", 0, "nothing of this folder ran")
}

func TestWithAnAccount_ANewerImageIsTakenAndTheTokenIsNotOnTheCommandLine(t *testing.T) {
	p := newPlace(t)
	p.says("up.sh", 0, "starting localstack/localstack:2026.09.0 as a container", "LOCALSTACK_AUTH_TOKEN=ls-very-secret")
	if calls := p.calls(); !strings.Contains(calls, " -e LOCALSTACK_AUTH_TOKEN ") || strings.Contains(calls, "ls-very-secret") {
		t.Errorf("%s", calls)
	}
	p.says("down.sh", 0, "stopped")
	p.says("up.sh", 0, "starting localstack/localstack:4.14.0 as a container", "LOCALSTACK_IMAGE=localstack/localstack:4.14.0")
}

func TestAnEngineThatDoesNotDoIt_IsQuoted(t *testing.T) {
	p := newPlace(t)
	p.engine("refuses")
	p.says("up.sh", 1, "no such image\nDocker could not start localstack/localstack:4.13.1; above is what it said. LOCALSTACK_MODE=process does without Docker")
	p.engine("dies")
	p.says("up.sh", 1, "it ended while starting; its log ends with:\nthe container's last words")
	p.engine("silent")
	p.says("up.sh", 1, "not ready on http://localhost:"+p.port+" after 2 s; its log ends with:\nthe container's last words\nstopped", "LOCALSTACK_PATIENCE=2")
	p.engine("absent")
	p.says("up.sh", 1, "LOCALSTACK_MODE=docker, but no Docker engine answers", "LOCALSTACK_MODE=docker")
	p.says("up.sh", 1, "LOCALSTACK_MODE=podman: want docker or process", "LOCALSTACK_MODE=podman")
	p.says("deploy.sh", 1, "it does not answer on http://localhost:"+p.port+": make localstack-up")
	p.says("test.sh", 1, "nothing is deployed: make deploy-local")
}

func TestWithoutAnEngine_PlainProcessesAreStartedWhateverAnEarlierStartLeft(t *testing.T) {
	p := newPlace(t)
	p.engine("absent")
	p.write(filepath.Join(p.home(), "pid"), strconv.Itoa(os.Getpid())) // stale: somebody else has the id now
	p.says("up.sh", 0, "no Docker engine: starting LocalStack 4.13.1 as plain processes\nready on http://localhost:"+p.port)
	p.says("up.sh", 0, "already answers on http://localhost:"+p.port+" (process mode)")
	p.says("up.sh", 1, "it already runs on port "+p.port+": make localstack-down first", "LOCALSTACK_PORT=1")
	if err := os.Remove(filepath.Join(p.home(), "pid")); err != nil { // as if it was killed before it wrote that
		t.Fatal(err)
	}
	p.says("down.sh", 0, "stopped")
	p.says("down.sh", 0, "nothing of this folder ran")

	p.says("up.sh", 0, "ready on")
	pid, _ := strconv.Atoi(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(p.home(), "pid"))))))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	p.says("up.sh", 0, "starting LocalStack 4.13.1 as plain processes\nready on")
}

func TestAPortOfSomebodyElse_IsLeftToThem(t *testing.T) {
	p := newPlace(t)
	p.engine("absent")
	l, err := net.Listen("tcp", "127.0.0.1:"+p.port)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p.says("up.sh", 1, "port "+p.port+" is taken by somebody else: set LOCALSTACK_PORT to a free one")
}

func TestStartedTwiceAtOnce_TheSecondWaitsForTheFirst(t *testing.T) {
	p := newPlace(t)
	p.engine("slow")
	first := p.command("up.sh")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("run -d")
	p.says("up.sh", 0, "another start is under way: waiting for it\nalready answers")
	if err := first.Wait(); err != nil || strings.Count(p.calls(), "run -d") != 1 {
		t.Errorf("%v\n%s", err, p.calls())
	}
}

func TestInterruptedWhileStarting_StopsWhatWasStarted(t *testing.T) {
	p := newPlace(t)
	p.engine("silent")
	cmd := p.command("up.sh")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.await("run -d")
	time.Sleep(100 * time.Millisecond)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "interrupted while starting") || !strings.Contains(said.String(), "stopped") {
		t.Errorf("%v\n%s", cmd.ProcessState, said.String())
	}
	p.says("down.sh", 0, "nothing of this folder ran")
}

// await a call of the engine.
func (p *place) await(call string) {
	for range 200 {
		if strings.Contains(p.calls(), call) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.Fatalf("the engine was not asked to %s:\n%s", call, p.calls())
}
