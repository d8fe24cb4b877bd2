package cloud_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/table/dynamo"
)

// TestContract_BudgetsAreTheSameOnEveryTable sends the same requests to the API
// on memory, bolt and DynamoDB and demands the same round trips and units of each.
func TestContract_BudgetsAreTheSameOnEveryTable(t *testing.T) {
	for name, open := range map[string]func(*testing.T) table.Table{"memory": memory, "bolt": embedded, "dynamo": engine} {
		t.Run(name, func(t *testing.T) { budgets(t, open(t)) })
	}
}

func budgets(t *testing.T, tb table.Table) {
	c := &counted{Table: tb}
	w := worldOn(t, c)
	w.app.Config.Lease = 30 * time.Second // the control block is at hand
	w.core = wiring.On(w.app, c)
	w.door = w.api(w.core)
	w.settle()
	w.must("manager", "PUT /v1/partners/p2", `{"name":"Two","currency":"EUR","regions":["FR"],"capacity":1}`)
	for id, region := range map[string]string{"c2": "DE", "f1": "FR", "f2": "FR", "f3": "FR"} {
		w.must("crm", "PUT /v1/customers/"+id, `{"region":"`+region+`","declaredValue":"7000.00","currency":"EUR"}`)
	}
	route := func(id string) func() {
		return func() { w.must("crm", "POST /v1/customers/"+id+"/route", "", "Idempotency-Key", "k") }
	}
	fact := func(body string) func() { return func() { w.must("crm", "POST /v1/facts", body) } }
	bought := order("o1", "c2", "2026-03-02T11:00:00Z", "100.00")
	w.must("crm", "POST /v1/facts", order("o0", "c2", "2026-03-02T10:00:00Z", "1.00"))
	w.must("crm", "POST /v1/customers/c1/route", "", "Idempotency-Key", "warm") // documents are at hand, too
	for _, s := range []struct {
		what  string
		trips int
		units table.Units
		run   func()
	}{
		{"route", 2, table.Units{Read: 2, Write: 6}, route("c2")},
		{"replay of a route", 1, table.Units{Read: 2}, route("c2")},
		{"route, owner with a limit", 2, table.Units{Read: 2, Write: 8}, route("f1")},
		{"refused once by a full owner, then waiting", 3, table.Units{Read: 2, Write: 8 + 6}, route("f2")},
		{"the next one reads the counter", 2, table.Units{Read: 3, Write: 6}, route("f3")},
		{"order", 2, table.Units{Read: 1, Write: 6}, fact(bought)},
		{"repeat of an order", 2, table.Units{Read: 1, Write: 6}, fact(bought)},
	} {
		c.trips, c.units = 0, table.Units{}
		s.run()
		if c.trips != s.trips || c.units != s.units {
			t.Errorf("%s: %d round trips, %+v; want %d, %+v", s.what, c.trips, c.units, s.trips, s.units)
		}
	}
}

func memory(*testing.T) table.Table {
	m := table.NewMemory()
	m.Clock = func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	return m
}

func embedded(t *testing.T) table.Table {
	b, err := bolt.Open(t.TempDir(), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// engine is two new tables of a real DynamoDB engine, made by the schema that the
// store declares and the stacks deploy.
func engine(t *testing.T) table.Table {
	url := os.Getenv("FAIRLEAD_DYNAMODB_ENDPOINT")
	if url == "" {
		t.Skip("no DynamoDB engine: FAIRLEAD_DYNAMODB_ENDPOINT is not set (make test-dynamo starts one)")
	}
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: aws.String(url), Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	api, suffix := dynamodb.NewFromConfig(cfg), strconv.FormatInt(time.Now().UnixNano(), 36)
	names := map[string]string{}
	for _, s := range store.Schema() {
		names[s.Name] = "budgets-" + s.Name + "-" + suffix
		_, err := api.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: aws.String(names[s.Name]), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(s.PartitionKey), AttributeType: "S"}, {AttributeName: aws.String(s.SortKey), AttributeType: "S"}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(s.PartitionKey), KeyType: "HASH"}, {AttributeName: aws.String(s.SortKey), KeyType: "RANGE"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dynamo.New(dynamo.Options{Config: cfg, Ledger: names["ledger"], State: names["state"], Clock: func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }})
}
