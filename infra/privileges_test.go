package main

import (
	"encoding/json"
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
	writers := 0
	for _, g := range grants(t) {
		if !g.on("Ledger") || !slices.Contains(g.actions, "dynamodb:PutItem") {
			continue
		}
		writers++
		if g.condition != `{"StringEquals":{"dynamodb:EnclosingOperation":"TransactWriteItems"}}` || len(g.actions) != 1 || len(g.resources) != 1 {
			t.Errorf("%s: %v on %v under %s", g.policy, g.actions, g.resources, g.condition)
		}
	}
	if writers != 5 {
		t.Errorf("want five functions that write the ledger (the hook does not), got %d", writers)
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
