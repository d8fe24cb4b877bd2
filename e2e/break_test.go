package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// unreal is put before the value of a variable to break a function.
const unreal = "no-such-"

// breakIt FUNCTION VARIABLE makes a function look for something that does not
// exist, as an installation that was deployed wrongly would.
func breakIt(ts *testscript.TestScript, _ bool, args []string) {
	reconfigure(ts, args, func(v string) string { return unreal + v })
}

// mend FUNCTION VARIABLE undoes break.
func mend(ts *testscript.TestScript, _ bool, args []string) {
	reconfigure(ts, args, func(v string) string { return strings.TrimPrefix(v, unreal) })
}

func reconfigure(ts *testscript.TestScript, args []string, change func(string) string) {
	name := ts.Getenv("FAIRLEAD_" + strings.ToUpper(args[0]) + "_FUNCTION")
	var found struct {
		Environment struct{ Variables map[string]string }
	}
	ts.Check(json.Unmarshal(aws(ts, "lambda", "get-function-configuration", "--function-name", name), &found))
	vars := found.Environment.Variables
	vars[args[1]] = change(vars[args[1]])
	environment, err := json.Marshal(found.Environment)
	ts.Check(err)
	aws(ts, "lambda", "update-function-configuration", "--function-name", name, "--environment", string(environment))
	aws(ts, "lambda", "wait", "function-updated-v2", "--function-name", name)
}

// poison PK SK puts an item into the ledger that Fairlead did not write, at a key
// that it reads: whatever comes to it fails. cure PK SK takes it away, as no
// function may.
func poison(ts *testscript.TestScript, _ bool, args []string) {
	aws(ts, "dynamodb", "put-item", "--table-name", ts.Getenv("FAIRLEAD_LEDGER"), "--item", ledgerKey(ts, args))
}

func cure(ts *testscript.TestScript, _ bool, args []string) {
	aws(ts, "dynamodb", "delete-item", "--table-name", ts.Getenv("FAIRLEAD_LEDGER"), "--key", ledgerKey(ts, args))
}

// item COUNT PK SK: whether the ledger has that item, 1 or 0.
func item(ts *testscript.TestScript, _ bool, args []string) {
	out := aws(ts, "dynamodb", "get-item", "--consistent-read", "--table-name", ts.Getenv("FAIRLEAD_LEDGER"), "--key", ledgerKey(ts, args[1:]))
	if has := strings.Contains(string(out), `"Item"`); has != (args[0] == "1") {
		ts.Fatalf("%s in the ledger: %v", strings.Join(args[1:], " "), has)
	}
}

func ledgerKey(ts *testscript.TestScript, args []string) string {
	key, err := json.Marshal(map[string]map[string]string{"pk": {"S": args[0]}, "sk": {"S": args[1]}})
	ts.Check(err)
	return string(key)
}

// aws asks LocalStack and returns what it answers.
func aws(ts *testscript.TestScript, args ...string) []byte {
	cmd := exec.Command(filepath.Join(ts.Getenv("FAIRLEAD_BIN_DIR"), "awslocal"), args...)
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("awslocal %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}
