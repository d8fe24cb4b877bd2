package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/config"
	"github.com/fairlead/fairlead/internal/store"
)

func tables(t *testing.T) map[string]resource {
	found := prod().of("AWS::DynamoDB::GlobalTable")
	if len(found) != 2 {
		t.Fatalf("want two tables, got %d", len(found))
	}
	return found
}

func TestTablesAreTheOnesThatTheStoreDeclares(t *testing.T) {
	byName := map[string]resource{}
	for _, r := range tables(t) {
		byName[r.Properties["TableName"].(string)] = r
	}
	for _, want := range store.Schema() {
		r, ok := byName["fairlead-prod-"+want.Name]
		if !ok {
			t.Fatalf("there is no table %s", want.Name)
		}
		keys := `"KeySchema":[{"AttributeName":"` + want.PartitionKey + `","KeyType":"HASH"},{"AttributeName":"` + want.SortKey + `","KeyType":"RANGE"}]`
		attributes := `"AttributeDefinitions":[{"AttributeName":"` + want.PartitionKey + `","AttributeType":"S"},{"AttributeName":"` + want.SortKey + `","AttributeType":"S"}]`
		for _, part := range []string{keys, attributes, `"BillingMode":"PAY_PER_REQUEST"`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s in %s", want.Name, part, r.text())
			}
		}
		if got := strings.Contains(r.text(), `"StreamSpecification":{"StreamViewType":"NEW_IMAGE"}`); got != want.Stream {
			t.Errorf("%s: streamed %v, want %v", want.Name, got, want.Stream)
		}
		if strings.Contains(r.text(), "Index") {
			t.Errorf("%s has an index", want.Name)
		}
	}
}

func TestLedgerIsRetainedAndRecoverable(t *testing.T) {
	for id, r := range tables(t) {
		if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s: deletion policy %q, when replaced %q", id, r.DeletionPolicy, r.UpdateReplacePolicy)
		}
		for _, part := range []string{`"DeletionProtectionEnabled":true`, `"PointInTimeRecoveryEnabled":true`, `"RecoveryPeriodInDays":35`, `"SSEEnabled":true`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s", id, part)
			}
		}
	}
}

func TestStatementsCannotBeDeletedReplacedOrSeenByTheWorld(t *testing.T) {
	buckets := prod().of("AWS::S3::Bucket")
	locked := 0
	for id, r := range buckets {
		if r.DeletionPolicy != "Retain" {
			t.Errorf("%s: deletion policy %q", id, r.DeletionPolicy)
		}
		for _, part := range []string{`"BlockPublicAcls":true`, `"BlockPublicPolicy":true`, `"RestrictPublicBuckets":true`, `"SSEAlgorithm":"AES256"`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s", id, part)
			}
		}
		if strings.Contains(r.text(), `"ObjectLockEnabled":true`) && strings.Contains(r.text(), `"DefaultRetention":{"Days":3650,"Mode":"GOVERNANCE"}`) &&
			strings.Contains(r.text(), `"VersioningConfiguration":{"Status":"Enabled"}`) {
			locked++
		}
	}
	if locked != 1 {
		t.Errorf("want one locked bucket, got %d", locked)
	}
	policies := prod().of("AWS::S3::BucketPolicy")
	if len(buckets) != 3 || len(policies) != len(buckets) {
		t.Errorf("want a policy on each of three buckets, got %d on %d", len(policies), len(buckets))
	}
	for id, r := range policies {
		if !strings.Contains(r.text(), `"aws:SecureTransport":"false"`) {
			t.Errorf("%s: plain HTTP is not refused", id)
		}
	}
}

// TestBatchesExpireAndStatementsStay: a batch names customers, and nobody needs
// it once its execution has ended; a statement has to be there for years.
func TestBatchesExpireAndStatementsStay(t *testing.T) {
	batches, statements := bucket(t, "Data/Batches"), bucket(t, "Data/Statements")
	if want := `"LifecycleConfiguration":{"Rules":[{"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1},"ExpirationInDays":30,"Status":"Enabled"}]}`; !strings.Contains(batches, want) {
		t.Errorf("batches do not expire: want %s in %s", want, batches)
	}
	for _, kept := range []string{"ObjectLock", "Versioning"} {
		if strings.Contains(batches, kept) {
			t.Errorf("batches outlive their time: %s in %s", kept, batches)
		}
	}
	if strings.Contains(statements, "Lifecycle") {
		t.Errorf("statements expire: %s", statements)
	}
	for prefix, b := range map[string]string{"batches/": batches, "statements/": statements} {
		if !strings.Contains(b, `"LoggingConfiguration":{"DestinationBucketName":{"Ref":"AccessLogs`) || !strings.Contains(b, `"LogFilePrefix":"`+prefix+`"`) {
			t.Errorf("nobody records who reads %s: %s", prefix, b)
		}
	}
}

// bucket is the properties of the one whose logical id begins so.
func bucket(t *testing.T, id string) string {
	t.Helper()
	for name, r := range prod().of("AWS::S3::Bucket") {
		if strings.HasPrefix(name, id) {
			return r.text()
		}
	}
	t.Fatalf("there is no bucket %s", id)
	return ""
}

func TestFunctionsAreSmallStaticAndAlike(t *testing.T) {
	found := prod().of("AWS::Lambda::Function")
	if len(found) != len(functionNames) {
		t.Fatalf("want %d functions, got %d", len(functionNames), len(found))
	}
	for id, r := range found {
		for _, part := range []string{`"Runtime":"provided.al2023"`, `"Architectures":["arm64"]`, `"LoggingConfig":{"LogFormat":"Text","LogGroup"`,
			`"` + config.StageVar + `":"prod"`, `"` + config.RailVar + `":"file"`, `"` + config.LeaseSecondsVar + `":"30"`, `"` + config.WriteSecondsVar + `":"10"`, `"` + config.GraceSecondsVar + `":"960"`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s in %s", id, part, r.text())
			}
		}
		if strings.Contains(r.text(), config.DevKeysVar) {
			t.Errorf("%s believes development keys", id)
		}
	}
}

func TestWhatKeepsFailingIsKept(t *testing.T) {
	queues, withDLQ := prod().of("AWS::SQS::Queue"), 0
	for id, r := range queues {
		if !strings.Contains(r.text(), `"SqsManagedSseEnabled":true`) || !strings.Contains(r.text(), `"MessageRetentionPeriod":1209600`) {
			t.Errorf("%s: %s", id, r.text())
		}
		if strings.Contains(r.text(), `"maxReceiveCount":5`) && strings.Contains(r.text(), `"VisibilityTimeout":180`) {
			withDLQ++
		}
	}
	if len(queues) != 3 || withDLQ != 1 {
		t.Errorf("want three queues, one of them with dead letters: %d, %d", len(queues), withDLQ)
	}
	followed := prod().of("AWS::Lambda::EventSourceMapping")
	if len(followed) != 2 {
		t.Errorf("want the queue and the ledger to be followed, got %d", len(followed))
	}
	for id, r := range followed {
		if !strings.Contains(r.text(), `"FunctionResponseTypes":["ReportBatchItemFailures"]`) {
			t.Errorf("%s: one bad message fails its batch", id)
		}
		if strings.Contains(r.text(), "TRIM_HORIZON") && !strings.Contains(r.text(), `"OnFailure":{"Destination"`) {
			t.Errorf("%s: a bad record would be dropped", id)
		}
	}
}

func TestTheWebhooksSecretIsEmptyAndOutlivesItsStack(t *testing.T) {
	found := prod().of("AWS::SecretsManager::Secret")
	if len(found) != 1 {
		t.Fatalf("want one secret, got %d", len(found))
	}
	for id, r := range found {
		if r.Properties["SecretString"] != `{"standard":[]}` || r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s: %v, %s", id, r.Properties["SecretString"], r.DeletionPolicy)
		}
	}
}

func TestTheGatewayThrottlesAndLogs(t *testing.T) {
	stages := prod().of("AWS::ApiGateway::Stage")
	if len(stages) != 1 || len(prod().of("AWS::ApiGateway::RestApi")) != 1 {
		t.Fatalf("want one REST API with one stage, got %d", len(stages))
	}
	for id, r := range stages {
		for _, part := range []string{`"ThrottlingRateLimit":200`, `"ThrottlingBurstLimit":400`, `"AccessLogSetting":{"DestinationArn"`, `"DataTraceEnabled":false`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s", id, part)
			}
		}
		for _, personal := range []string{"sourceIp", "userAgent", "queryString", "authorizer", "$context.path"} {
			if strings.Contains(r.text(), personal) {
				t.Errorf("%s: the access log has %s", id, personal)
			}
		}
	}
}

func TestSchedulesAreRules_OneByTheMinuteAndOneByNight(t *testing.T) {
	rules := prod().of("AWS::Events::Rule")
	found := map[string]string{}
	for _, r := range rules {
		found[r.Properties["ScheduleExpression"].(string)] = r.text()
	}
	if minute := found["rate(1 minute)"]; minute == "" || strings.Contains(minute, `"Input"`) {
		t.Errorf("by the minute: %s", minute)
	}
	night := found["cron(15 2 * * ? *)"]
	for _, part := range []string{`"Input":"{\"nightly\":true}"`, `"MaximumRetryAttempts":3`, `"State":"ENABLED"`} {
		if !strings.Contains(night, part) {
			t.Errorf("by night: want %s in %s", part, night)
		}
	}
	if len(rules) != 2 || len(prod().of("AWS::Scheduler::Schedule")) != 0 {
		t.Errorf("want two rules and no schedule of the scheduler")
	}
}

func TestANightWithoutItsSweepAndAnExecutionThatStillRunsRing(t *testing.T) {
	for name, parts := range map[string][]string{
		"sweep-Nights":  {`"ComparisonOperator":"LessThanThreshold"`, `"TreatMissingData":"breaching"`, `"Period":86400`, `"Threshold":1`},
		"sweep-WorkAge": {`"ComparisonOperator":"GreaterThanThreshold"`, `"Statistic":"Maximum"`, `"Period":300`, `"Threshold":7200`},
		"sweep-Halted":  {`"ComparisonOperator":"GreaterThanThreshold"`, `"Statistic":"Minimum"`, `"Period":3600`, `"Threshold":0`},
		"sweep-Errors":  {`"Threshold":0`},
	} {
		seen := false
		for _, r := range prod().of("AWS::CloudWatch::Alarm") {
			if r.Properties["AlarmName"] != "fairlead-prod-"+name {
				continue
			}
			seen = true
			for _, part := range parts {
				if !strings.Contains(r.text(), part) {
					t.Errorf("%s: want %s in %s", name, part, r.text())
				}
			}
		}
		if !seen {
			t.Errorf("there is no alarm %s", name)
		}
	}
}

func TestAlarmsCoverEveryMetric(t *testing.T) {
	watched := map[string]bool{}
	for id, r := range prod().of("AWS::CloudWatch::Alarm") {
		if !strings.Contains(r.text(), `"AlarmActions":[{`) {
			t.Errorf("%s tells nobody", id)
		}
		var a struct {
			Namespace, MetricName string
			Dimensions            []struct{ Name string }
		}
		_ = json.Unmarshal([]byte(r.text()), &a) // values of dimensions may be references
		for _, f := range functionNames {
			if strings.Contains(r.text(), `{"Name":"Function","Value":"`+f+`"}`) {
				watched[a.Namespace+" "+a.MetricName+" "+f] = true
			}
		}
		if a.Namespace == metrics.Namespace && !strings.Contains(r.text(), `{"Name":"Stage","Value":"prod"}`) {
			t.Errorf("%s: without the stage it watches nothing", id)
		}
	}
	for _, f := range functionNames {
		for _, name := range metrics.Of(f) {
			if !watched[metrics.Namespace+" "+string(name)+" "+f] {
				t.Errorf("no alarm watches %s of %s", name, f)
			}
			if !slices.ContainsFunc(limits, func(l limit) bool { return l.metric == name }) {
				t.Errorf("%s of %s has no limit", name, f)
			}
		}
	}
}

func TestDashboardShowsEveryMetric(t *testing.T) {
	boards := prod().of("AWS::CloudWatch::Dashboard")
	if len(boards) != 1 {
		t.Fatalf("want one dashboard, got %d", len(boards))
	}
	for _, r := range boards {
		for _, name := range metrics.All() {
			if !strings.Contains(r.text(), string(name)) {
				t.Errorf("the day does not show %s", name)
			}
		}
	}
}

func TestEveryAlarmIsExplainedToOperators(t *testing.T) {
	doc := string(mustRead("../docs/operations.md"))
	alarms := prod().of("AWS::CloudWatch::Alarm")
	if len(alarms) < len(limits) {
		t.Fatalf("there are %d alarms", len(alarms))
	}
	for id, r := range alarms {
		name := strings.TrimPrefix(r.Properties["AlarmName"].(string), "fairlead-prod-")
		_, kind, _ := strings.Cut(name, "-")
		if !strings.Contains(doc, "`"+name+"`") && !strings.Contains(doc, "`*-"+kind+"`") {
			t.Errorf("docs/operations.md does not explain %s (%s)", name, id)
		}
	}
}

// TestARestoredTableIsUsedByEverythingAndTheOriginalStays holds docs/operations.md,
// Restore a point in time, to the templates.
func TestARestoredTableIsUsedByEverythingAndTheOriginalStays(t *testing.T) {
	stream := "arn:aws:dynamodb:eu-central-1:111111111111:table/fairlead-prod-ledger-r1/stream/2026-11-01T00:00:00.000"
	s := synthesise(t.TempDir(), map[string]any{"stage": "prod", "issuer": "https://id.example", "jwksUrl": "https://id.example/keys", "restored": "r1", "restoredStream": stream})
	if made := s.of("AWS::DynamoDB::GlobalTable"); len(made) != 2 {
		t.Errorf("want both original tables still there, got %d", len(made))
	}
	users := 0
	for id, r := range s.of("AWS::Lambda::Function") {
		if !strings.Contains(r.text(), config.LedgerTableVar) {
			continue
		}
		users++
		for _, part := range []string{`"` + config.LedgerTableVar + `":"fairlead-prod-ledger-r1"`, `"` + config.StateTableVar + `":"fairlead-prod-state-r1"`} {
			if !strings.Contains(r.text(), part) {
				t.Errorf("%s: want %s in %s", id, part, r.text())
			}
		}
	}
	if users != 5 {
		t.Errorf("want five functions with tables, got %d", users)
	}
	followed := false
	for _, r := range s.of("AWS::Lambda::EventSourceMapping") {
		followed = followed || strings.Contains(r.text(), stream)
	}
	if !followed {
		t.Error("nobody follows the restored ledger")
	}
	for id, r := range s.of("AWS::IAM::Policy") {
		if strings.Contains(r.text(), "dynamodb:Query") && (!strings.Contains(r.text(), "table/fairlead-prod-ledger-r1") || !strings.Contains(r.text(), "table/fairlead-prod-state-r1")) {
			t.Errorf("%s may not read the restored tables: %s", id, r.text())
		}
	}
}
