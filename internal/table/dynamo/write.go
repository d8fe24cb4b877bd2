package dynamo

import (
	"context"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fairlead/fairlead/internal/table"
)

// allOld asks for the item that stood in the way of a failed condition.
const allOld = types.ReturnValuesOnConditionCheckFailureAllOld

// Transact implements table.Table. A single Put, Add or Delete on state is a
// request of its own, which costs half; everything else, and every write on the
// ledger, is a TransactWriteItems.
func (t *Table) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if err := tx.Check(); err != nil {
		return table.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Result{}, err
	}
	if len(tx.Ops) == 0 {
		return table.Result{}, nil
	}
	if tx.Expired(t.clock) {
		return table.Result{}, table.ErrExpired
	}
	sent := &attempts{notAfter: tx.NotAfter}
	ctx = context.WithValue(ctx, attemptsKey{}, sent)
	var err error
	if op := tx.Ops[0]; len(tx.Ops) == 1 && op.Key.Table == table.State && op.Kind != table.Check {
		err = t.single(ctx, op)
	} else {
		err = t.together(ctx, tx.Ops)
	}
	if err != nil {
		return table.Result{}, t.classify(ctx, tx.Ops, sent, err)
	}
	return table.Result{Units: table.TxUnits(tx.Ops)}, nil
}

func (t *Table) single(ctx context.Context, op table.Op) error {
	r := t.request(op)
	var err error
	switch {
	case r.item != nil:
		_, err = t.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: r.table, Item: r.item, ConditionExpression: r.cond,
			ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld})
	case r.update != nil:
		_, err = t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: r.table, Key: r.key, UpdateExpression: r.update,
			ConditionExpression: r.cond, ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld})
	default:
		_, err = t.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: r.table, Key: r.key, ConditionExpression: r.cond,
			ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld})
	}
	return err
}

func (t *Table) together(ctx context.Context, ops []table.Op) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(ops))}
	for i, op := range ops {
		r := t.request(op)
		w := &in.TransactItems[i]
		switch {
		case r.item != nil:
			w.Put = &types.Put{TableName: r.table, Item: r.item, ConditionExpression: r.cond,
				ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld}
		case r.update != nil:
			w.Update = &types.Update{TableName: r.table, Key: r.key, UpdateExpression: r.update, ConditionExpression: r.cond,
				ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld}
		case op.Kind == table.Check:
			w.ConditionCheck = &types.ConditionCheck{TableName: r.table, Key: r.key, ConditionExpression: r.cond,
				ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld}
		default:
			w.Delete = &types.Delete{TableName: r.table, Key: r.key, ConditionExpression: r.cond,
				ExpressionAttributeValues: r.values, ReturnValuesOnConditionCheckFailure: allOld}
		}
	}
	_, err := t.api.TransactWriteItems(ctx, in)
	return err
}

// request is one op in the service's words: item for a plain put, update where
// the new version depends on what stands, else a delete or check of key.
type request struct {
	table        *string
	key, item    attributes
	update, cond *string
	values       attributes
}

func (t *Table) request(op table.Op) request {
	r := request{table: aws.String(t.names[op.Key.Table]), key: keyOf(op.Key), values: attributes{}}
	conds := condition(op.If, r.values)
	switch op.Kind {
	case table.Put:
		version, known := int64(1), op.If.Kind == table.Absent
		if op.If.Kind == table.VersionIs {
			version, known = op.If.Want+1, true
		}
		if known {
			r.item = keyOf(op.Key)
			r.item[attrVersion], r.item[attrN], r.item[attrBody] = num(version), num(op.N), bin(op.Body)
			break
		}
		r.update = aws.String("SET v = if_not_exists(v, :zero) + :one, n = :n, b = :b")
		r.values[":zero"], r.values[":one"], r.values[":n"], r.values[":b"] = num(0), num(1), num(op.N), bin(op.Body)
	case table.Add:
		r.update = aws.String("SET v = if_not_exists(v, :zero) + :one, b = if_not_exists(b, :none) ADD n :delta")
		r.values[":zero"], r.values[":one"], r.values[":none"], r.values[":delta"] = num(0), num(1), bin(nil), num(op.Delta)
		conds = append(conds, noOverflow(op.Delta, r.values))
	case table.Check:
		if len(conds) == 0 { // a check of nothing; the service wants an expression
			conds = append(conds, "(attribute_exists(pk) OR attribute_not_exists(pk))")
		}
	}
	if len(conds) > 0 {
		r.cond = aws.String(strings.Join(conds, " AND "))
	}
	if len(r.values) == 0 {
		r.values = nil
	}
	return r
}

// condition writes a Cond; an absent item has version 0 and N = 0.
func condition(c table.Cond, values attributes) []string {
	switch c.Kind {
	case table.Absent:
		return []string{"attribute_not_exists(pk)"}
	case table.VersionIs:
		if c.Want == 0 {
			return []string{"attribute_not_exists(pk)"}
		}
		values[":want"] = num(c.Want)
		return []string{"v = :want"}
	case table.NAtMost:
		values[":want"] = num(c.Want)
		if c.Want >= 0 {
			return []string{"(attribute_not_exists(pk) OR n <= :want)"}
		}
		return []string{"n <= :want"}
	case table.NAtLeast:
		values[":want"] = num(c.Want)
		if c.Want <= 0 {
			return []string{"(attribute_not_exists(pk) OR n >= :want)"}
		}
		return []string{"n >= :want"}
	default:
		return nil
	}
}

// noOverflow keeps N an int64: the service's numbers go on to 38 digits.
func noOverflow(delta int64, values attributes) string {
	if delta >= 0 {
		values[":room"] = num(math.MaxInt64 - delta)
		return "(attribute_not_exists(pk) OR n <= :room)"
	}
	values[":room"] = num(math.MinInt64 - delta)
	return "(attribute_not_exists(pk) OR n >= :room)"
}
