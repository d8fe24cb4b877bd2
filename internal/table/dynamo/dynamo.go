// Package dynamo is the storage port on DynamoDB. It owns how an op becomes a
// request, which of the service's answers mean what (one classifier), and the
// deadline after every signature. It does not create tables (infra does, from
// the schema that store declares) and knows nothing of what items mean.
//
// Retries: the SDK's own, bounded and jittered, only for what never arrived or
// was throttled. A repeated TransactWriteItems carries the token of the first
// attempt, which the service remembers for 10 minutes, so that it cannot write
// twice; a single write has no token, so its failed condition after a second
// attempt says nothing and is answered as ambiguous.
package dynamo

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fairlead/fairlead/internal/table"
)

// The attributes of an item. The keys are strings, v and n numbers, b binary.
const (
	attrPK      = "pk"
	attrSK      = "sk"
	attrVersion = "v"
	attrN       = "n"
	attrBody    = "b"
)

// Attempts is how often the SDK sends one request at most; between two it
// waits a random time of up to MaxBackoff.
const (
	Attempts   = 3
	MaxBackoff = 200 * time.Millisecond
)

// unprocessedTries is how often Get asks for keys that the service left out: with
// the pauses between, some 2 s at most.
const unprocessedTries = 7

// Options say which tables of which account are meant.
type Options struct {
	// Config has region, credentials and, for a local engine, the endpoint.
	Config aws.Config
	// Ledger and State are the names of the two tables.
	Ledger, State string
	// Clock is what NotAfter is compared with; nil: the machine's.
	Clock func() time.Time
}

// Table implements table.Table.
type Table struct {
	api   *dynamodb.Client
	names map[table.Name]string
	of    map[string]table.Name
	clock func() time.Time
}

var _ table.Table = (*Table)(nil)

// New makes the table; it sends nothing.
func New(o Options) *Table {
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	t := &Table{
		names: map[table.Name]string{table.Ledger: o.Ledger, table.State: o.State},
		of:    map[string]table.Name{o.Ledger: table.Ledger, o.State: table.State},
		clock: clock,
	}
	t.api = dynamodb.NewFromConfig(o.Config, func(c *dynamodb.Options) {
		c.Retryer = retryer()
		c.APIOptions = append(c.APIOptions, afterEachSignature(clock))
	})
	return t
}

// Get implements table.Table: one BatchGetItem, and more for what the service
// left unprocessed.
func (t *Table) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	if err := table.CheckKeys(keys); err != nil {
		return nil, table.Units{}, err
	}
	if err := ctx.Err(); err != nil || len(keys) == 0 {
		return nil, table.Units{}, err
	}
	found := make(map[table.Key]table.Item, len(keys))
	wanted := t.wanted(keys)
	for try := 0; len(wanted) > 0; try++ {
		if try == unprocessedTries {
			return nil, table.Units{}, readFailed(ctx, errUnprocessed)
		}
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return nil, table.Units{}, err
			}
		}
		out, err := t.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: wanted})
		if err != nil {
			return nil, table.Units{}, readFailed(ctx, err)
		}
		for name, items := range out.Responses {
			for _, m := range items {
				it, err := decode(t.of[name], m)
				if err != nil {
					return nil, table.Units{}, err
				}
				found[it.Key] = it
			}
		}
		wanted = out.UnprocessedKeys
	}
	items := make([]table.Item, len(keys))
	for i, k := range keys {
		items[i] = table.Item{Key: k}
		if it, ok := found[k]; ok {
			items[i] = it
		}
	}
	return items, table.GetUnits(items), nil
}

// wanted groups keys by table, each once: the service refuses repetitions.
func (t *Table) wanted(keys []table.Key) map[string]types.KeysAndAttributes {
	out := map[string]types.KeysAndAttributes{}
	seen := make(map[table.Key]bool, len(keys))
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		name := t.names[k.Table]
		ka := out[name]
		ka.ConsistentRead = aws.Bool(true)
		ka.Keys = append(ka.Keys, keyOf(k))
		out[name] = ka
	}
	return out
}

// pause waits before asking for unprocessed keys again: full jitter, doubling
// from 25 ms to 1 s.
func pause(ctx context.Context, try int) error {
	most := min(25*time.Millisecond<<min(try-1, 6), time.Second)
	timer := time.NewTimer(rand.N(most))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Query implements table.Table: one page of the service is one page of ours.
func (t *Table) Query(ctx context.Context, r table.Range) (table.Page, error) {
	if err := r.Check(); err != nil {
		return table.Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Page{}, err
	}
	in := t.query(r)
	if in == nil {
		return table.NewPager(r).Page(), nil
	}
	out, err := t.api.Query(ctx, in)
	if err != nil {
		return table.Page{}, readFailed(ctx, err)
	}
	p := table.NewPager(r)
	_, to := r.Bounds()
	for i, m := range out.Items {
		it, err := decode(r.Table, m)
		if err != nil {
			return table.Page{}, err
		}
		if to != "" && it.SK == to { // BETWEEN includes its end, a Range does not
			continue
		}
		p.Add(it)
		if p.Full() && i+1 < len(out.Items) {
			p.More()
			return p.Page(), nil
		}
	}
	page := p.Page()
	if sk, ok := out.LastEvaluatedKey[attrSK].(*types.AttributeValueMemberS); ok && sk.Value != to {
		page.Cursor = sk.Value
	}
	return page, nil
}

// query writes a Range as a key condition; nil where it can hold nothing.
func (t *Table) query(r table.Range) *dynamodb.QueryInput {
	from, to := r.Bounds()
	if to != "" && from >= to {
		return nil
	}
	values := map[string]types.AttributeValue{":pk": str(r.PK)}
	cond := "pk = :pk"
	switch {
	case r.Desc && from != "": // the end is the exclusive start of a walk backwards
		cond += " AND sk >= :from"
	case r.Desc:
	case from != "" && to != "":
		cond += " AND sk BETWEEN :from AND :to"
	case from != "":
		cond += " AND sk >= :from"
	case to != "":
		cond += " AND sk < :to"
	}
	if from != "" {
		values[":from"] = str(from)
	}
	if to != "" && !r.Desc {
		values[":to"] = str(to)
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String(t.names[r.Table]), ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!r.Desc),
		KeyConditionExpression: aws.String(cond), ExpressionAttributeValues: values,
	}
	if r.Desc && to != "" {
		in.ExclusiveStartKey = keyOf(table.Key{PK: r.PK, SK: to})
	}
	if r.Limit > 0 {
		in.Limit = aws.Int32(int32(min(r.Limit, 1<<30)))
	}
	return in
}
