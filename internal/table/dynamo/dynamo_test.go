package dynamo_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/dynamo"
	"github.com/fairlead/fairlead/internal/table/tabletest"
)

// endpoint of a real DynamoDB engine: DynamoDB Local, started by
// `make test-dynamo`. Without one the suite is skipped.
func endpoint(t *testing.T) aws.Config {
	t.Helper()
	url := os.Getenv("FAIRLEAD_DYNAMODB_ENDPOINT")
	if url == "" {
		t.Skip("no DynamoDB engine: FAIRLEAD_DYNAMODB_ENDPOINT is not set (make test-dynamo starts one)")
	}
	return aws.Config{Region: "eu-central-1", BaseEndpoint: aws.String(url), Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
}

var tables atomic.Int64

// open makes two new tables with the schema that infra deploys.
func open(t *testing.T, cfg aws.Config) *dynamo.Table {
	t.Helper()
	api := dynamodb.NewFromConfig(cfg)
	name := fmt.Sprintf("%d-%s", tables.Add(1), strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	o := dynamo.Options{Config: cfg, Ledger: "ledger-" + name, State: "state-" + name, Clock: func() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }}
	for _, declared := range store.Schema() {
		name := map[string]string{"ledger": o.Ledger, "state": o.State}[declared.Name]
		pk, sk := aws.String(declared.PartitionKey), aws.String(declared.SortKey)
		_, err := api.CreateTable(context.Background(), &dynamodb.CreateTableInput{
			TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: pk, AttributeType: "S"}, {AttributeName: sk, AttributeType: "S"}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: pk, KeyType: "HASH"}, {AttributeName: sk, KeyType: "RANGE"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = api.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(name)})
		})
	}
	return dynamo.New(o)
}

func TestDynamo_HoldsTheContract(t *testing.T) {
	cfg := endpoint(t)
	tabletest.Run(t, func(t *testing.T) table.Table { return open(t, cfg) })
}
