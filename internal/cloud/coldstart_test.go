package cloud_test

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// coldStarts is how often each function is started.
var coldStarts = flag.Int("coldstarts", 0, "starts of each function in the comparison of cold starts; 0 leaves it out")

// The bounds of a function: what its start may take, and its size as uploaded.
const (
	longestStart = 25 * time.Millisecond
	mostZipped   = 10 << 20
)

var functionNames = []string{"api", "hook", "worker", "payrun", "sweep", "stream"}

// TestColdStart_TakesAtMostItsBound builds every function and a hello world as
// they are deployed, but for this machine, and measures from the start of the
// process to its first poll of the Runtime API, by turns. The bound is on the
// median; the hello world beside them says how much of it is the machine's.
func TestColdStart_TakesAtMostItsBound(t *testing.T) {
	if *coldStarts == 0 {
		t.Skip("needs -coldstarts, for instance 20: it builds all functions")
	}
	dir := t.TempDir()
	hello := build(t, dir, "hello", "./testdata/hello")
	all := []string{hello}
	for _, name := range functionNames {
		all = append(all, build(t, dir, name, "../../functions/"+name))
	}
	took := make([][]time.Duration, len(all))
	for range *coldStarts {
		for i, path := range all {
			took[i] = append(took[i], start(t, path))
		}
	}
	base := median(took[0])
	best := took[0][0] // sorted by median; a busy machine holds it up least
	t.Logf("%-8s %6.2f ms, best %6.2f ms", "hello", ms(base), ms(best))
	for i, name := range functionNames {
		m, size := median(took[i+1]), zipped(t, all[i+1])
		ratio := float64(m) / float64(base)
		t.Logf("%-8s %6.2f ms, %.2f of hello, best %6.2f ms, %.2f, %.2f MB zipped", name, ms(m), ratio,
			ms(took[i+1][0]), float64(took[i+1][0])/float64(best), float64(size)/(1<<20))
		if m > longestStart {
			t.Errorf("%s starts in %v, more than %v", name, m, longestStart)
		}
		if size > mostZipped {
			t.Errorf("%s is %d bytes zipped, more than %d", name, size, mostZipped)
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// build builds a function as make build does.
func build(t *testing.T, dir, name, pkg string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", pkg, err, out)
	}
	return path
}

// start starts a function beside a Runtime API that never has an event, and
// returns how long it took until it asked for one.
func start(t *testing.T, path string) time.Duration {
	t.Helper()
	polled := make(chan time.Time, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case polled <- time.Now():
		default:
		}
		<-r.Context().Done()
	})}
	go server.Serve(l)
	defer server.Close()
	cmd := exec.Command(path)
	cmd.Env = environment(l)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	select {
	case at := <-polled:
		return at.Sub(began)
	case <-time.After(20 * time.Second):
		t.Fatalf("%s never polled", path)
		return 0
	}
}

// environment is that of any function, beside a Runtime API that listens on l.
func environment(l net.Listener) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + l.Addr().String(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"FAIRLEAD_STAGE=test", "FAIRLEAD_LEDGER_TABLE=l", "FAIRLEAD_STATE_TABLE=s", "FAIRLEAD_QUEUE_URL=http://q.test/q", "FAIRLEAD_BUS_NAME=b",
		"FAIRLEAD_STATEMENT_BUCKET=s", "FAIRLEAD_BATCH_BUCKET=b", "FAIRLEAD_HOOK_SECRETS=h", "FAIRLEAD_ISSUER=https://issuer.test", "FAIRLEAD_AUDIENCE=fairlead",
		"FAIRLEAD_JWKS_URL=https://issuer.test/jwks", "FAIRLEAD_LEASE_SECONDS=30", "FAIRLEAD_WRITE_SECONDS=10", "FAIRLEAD_GRACE_SECONDS=960",
		"FAIRLEAD_STATE_MACHINE_ARN=arn:aws:states:eu-central-1:1:stateMachine:payout",
	}
}

// zipped is the size of a function as it is uploaded.
func zipped(t *testing.T, path string) int64 {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var size counter
	z := zip.NewWriter(&size)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	f, err := z.Create("bootstrap")
	if err == nil {
		_, err = f.Write(body)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
