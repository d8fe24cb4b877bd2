package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// grant is one statement of a policy, flattened.
type grant struct {
	policy             string
	actions, resources []string
	condition          string
}

// grants are all statements of the roles of our functions and machine.
func grants(t *testing.T) []grant {
	var out []grant
	for id, r := range prod().of("AWS::IAM::Policy") {
		var doc struct {
			PolicyDocument struct {
				Statement []struct {
					Action, Resource, Condition any
					Effect                      string
				}
			}
		}
		if err := json.Unmarshal([]byte(r.text()), &doc); err != nil {
			t.Fatal(err)
		}
		for _, s := range doc.PolicyDocument.Statement {
			c, _ := json.Marshal(s.Condition)
			out = append(out, grant{id, list(s.Action), list(s.Resource), string(c)})
		}
	}
	if len(out) == 0 {
		t.Fatal("there are no policies")
	}
	return out
}

func list(v any) []string {
	all, ok := v.([]any)
	if !ok {
		all = []any{v}
	}
	var out []string
	for _, one := range all {
		s, ok := one.(string)
		if !ok {
			b, _ := json.Marshal(one)
			s = string(b)
		}
		out = append(out, s)
	}
	return out
}

func (g grant) on(what string) bool {
	return slices.ContainsFunc(g.resources, func(r string) bool { return strings.Contains(r, what) })
}

func TestNoActionHasAWildcard(t *testing.T) {
	for _, g := range grants(t) {
		for _, a := range g.actions {
			if strings.Contains(a, "*") {
				t.Errorf("%s may %s", g.policy, a)
			}
		}
	}
}

func TestNoFunctionMayScanOrDeleteTheLedger(t *testing.T) {
	allowed := []string{"dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
	seen := 0
	for _, g := range grants(t) {
		for _, a := range g.actions {
			if strings.Contains(a, "Scan") || strings.Contains(a, "PartiQL") || strings.Contains(a, "BatchWrite") {
				t.Errorf("%s may %s", g.policy, a)
			}
			if strings.HasPrefix(a, "dynamodb:") && g.on("Ledger") {
				seen++
				if !slices.Contains(allowed, a) {
					t.Errorf("%s may %s the ledger", g.policy, a)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("nobody reads the ledger: the test looks at nothing")
	}
}

func TestTheLedgerIsWrittenInTransactionsOnly(t *testing.T) {
	var writers []string
	for _, g := range grants(t) {
		if !g.on("Ledger") || !slices.Contains(g.actions, "dynamodb:PutItem") {
			continue
		}
		writers = append(writers, g.role())
		if g.condition != `{"StringEquals":{"dynamodb:EnclosingOperation":"TransactWriteItems"}}` || len(g.actions) != 1 || len(g.resources) != 1 {
			t.Errorf("%s: %v on %v under %s", g.policy, g.actions, g.resources, g.condition)
		}
	}
	slices.Sort(writers)
	if want := []string{"Api", "Payrun", "Stream", "Sweep", "Worker"}; !slices.Equal(writers, want) {
		t.Errorf("the ledger is written by %v, want %v: the hook only queues", writers, want)
	}
}

// role is whose policy it is: Stream of Service/StreamPrivileges1A2B.
func (g grant) role() string {
	_, id, _ := strings.Cut(g.policy, "/")
	name, _, _ := strings.Cut(id, "Privileges")
	return name
}

// may is whether a role may do something to what is named.
func may(t *testing.T, role, action, what string) bool {
	return slices.ContainsFunc(grants(t), func(g grant) bool { return g.role() == role && slices.Contains(g.actions, action) && g.on(what) })
}

// TestAStrayFoundByTheStreamCanBeBookedAnew: it reads the customer, the seals and
// the control block, and puts one entry.
func TestAStrayFoundByTheStreamCanBeBookedAnew(t *testing.T) {
	for _, need := range []struct{ action, on string }{{"dynamodb:PutItem", "Ledger"}, {"dynamodb:Query", "Ledger"}, {"dynamodb:BatchGetItem", "Ledger"}, {"dynamodb:BatchGetItem", "State"}} {
		if !may(t, "Stream", need.action, need.on) {
			t.Errorf("the stream may not %s on %s", need.action, need.on)
		}
	}
}

// TestTheNightlySweepCanRevalueAndKeepModelAndCensus: it walks all customers,
// writes their heads, and publishes two documents through the control block.
func TestTheNightlySweepCanRevalueAndKeepModelAndCensus(t *testing.T) {
	for _, need := range []struct{ action, on string }{{"dynamodb:Query", "State"}, {"dynamodb:Query", "Ledger"}, {"dynamodb:PutItem", "State"},
		{"dynamodb:UpdateItem", "State"}, {"dynamodb:ConditionCheckItem", "State"}, {"dynamodb:PutItem", "Ledger"}} {
		if !may(t, "Sweep", need.action, need.on) {
			t.Errorf("the sweep may not %s on %s", need.action, need.on)
		}
	}
}

func TestOnlyTheApiMayStartTheStateMachine(t *testing.T) {
	for _, g := range grants(t) {
		if slices.Contains(g.actions, "states:StartExecution") && g.role() != "Api" && g.role() != "Machine" {
			t.Errorf("%s may start executions", g.policy)
		}
	}
	if !may(t, "Sweep", "states:ListExecutions", "stateMachine:fairlead-prod-payout") {
		t.Error("the sweep cannot see what runs for too long")
	}
}

func TestTheHookTouchesNoTable(t *testing.T) {
	for _, g := range grants(t) {
		if !strings.Contains(g.policy, "HookPrivileges") {
			continue
		}
		for _, a := range g.actions {
			if !slices.Contains([]string{"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "secretsmanager:GetSecretValue"}, a) {
				t.Errorf("the hook may %s", a)
			}
		}
	}
}

func TestNobodyMayDeleteStatements(t *testing.T) {
	for _, g := range grants(t) {
		for _, a := range g.actions {
			if strings.HasPrefix(a, "s3:") && a != "s3:GetObject" && a != "s3:PutObject" {
				t.Errorf("%s may %s", g.policy, a)
			}
		}
		if g.on("statements/") && slices.Contains(g.actions, "s3:GetObject") {
			t.Errorf("%s may read statements back", g.policy)
		}
	}
}

// TestBatchesAndStatementsAreReachedOnlyInTheirOwnBuckets lists everything that
// may be done to an object: an object elsewhere would be kept for years, or lost.
func TestBatchesAndStatementsAreReachedOnlyInTheirOwnBuckets(t *testing.T) {
	var got []string
	for _, g := range grants(t) {
		if !strings.HasPrefix(g.actions[0], "s3:") {
			continue
		}
		for _, r := range g.resources {
			m := objectARN.FindStringSubmatch(r)
			if m == nil {
				t.Errorf("%s: %v on %s", g.policy, g.actions, r)
				continue
			}
			got = append(got, g.role()+" "+strings.Join(g.actions, " ")+" "+m[1]+m[2])
		}
	}
	slices.Sort(got)
	want := []string{"Machine s3:GetObject Batches/runs/*", "Payrun s3:GetObject s3:PutObject Batches/runs/*", "Payrun s3:PutObject Statements/statements/*"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// objectARN is the ARN of objects: an import from the Data stack, and a prefix.
var objectARN = regexp.MustCompile(`^{"Fn::Join":\["",\[{"Fn::ImportValue":"Fairlead-prod-Data:ExportsOutputFnGetAtt(Batches|Statements)[0-9A-F]+Arn[0-9A-F]+"},"(/[a-z]+/\*)"\]\]}$`)

// TestWildcardsStandOnlyWhereNothingElseCan lists every wildcard in a resource.
func TestWildcardsStandOnlyWhereNothingElseCan(t *testing.T) {
	for _, g := range grants(t) {
		for _, r := range g.resources {
			if !strings.Contains(r, "*") {
				continue
			}
			family, _, _ := strings.Cut(g.actions[0], ":")
			switch {
			case r == "*" && (g.actions[0] == "dynamodb:ListStreams" || family == "logs" && strings.Contains(g.policy, "Machine") || family == "xray"):
			case family == "s3" && (strings.Contains(r, "/runs/*") || strings.Contains(r, "/statements/*")):
			case family == "states" && strings.Contains(r, ":execution:fairlead-prod-payout") && !slices.Contains(g.actions, "states:StartExecution"):
			default:
				t.Errorf("%s: %v on %s", g.policy, g.actions, r)
			}
		}
	}
}

func TestOnlyTheGatewayHasAManagedPolicy(t *testing.T) {
	for id, r := range prod().of("AWS::IAM::Role") {
		if strings.Contains(r.text(), "ManagedPolicyArns") && !strings.Contains(id, "GatewayLogRole") {
			t.Errorf("%s has a managed policy", id)
		}
		if strings.Contains(r.text(), `"Policies"`) {
			t.Errorf("%s has privileges that privileges.go does not show", id)
		}
	}
	for id := range prod().of("AWS::IAM::Policy") {
		if !strings.Contains(id, "Privileges") {
			t.Errorf("%s: privileges that privileges.go does not show", id)
		}
	}
}
