package dynamo

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

type attributes = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func bin(b []byte) types.AttributeValue {
	if b == nil {
		b = []byte{}
	}
	return &types.AttributeValueMemberB{Value: b}
}

func keyOf(k table.Key) attributes { return attributes{attrPK: str(k.PK), attrSK: str(k.SK)} }

// decode reads an item. One that was not written by this package is a fault:
// nothing is guessed.
func decode(name table.Name, m attributes) (table.Item, error) {
	it := table.Item{Key: table.Key{Table: name}}
	pk, ok1 := m[attrPK].(*types.AttributeValueMemberS)
	sk, ok2 := m[attrSK].(*types.AttributeValueMemberS)
	v, ok3 := m[attrVersion].(*types.AttributeValueMemberN)
	n, ok4 := m[attrN].(*types.AttributeValueMemberN)
	b, ok5 := m[attrBody].(*types.AttributeValueMemberB)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return it, fault.New(fault.Internal, "foreign_item", "internal error").Because(errForeign)
	}
	it.PK, it.SK = pk.Value, sk.Value
	var err error
	if it.Version, err = strconv.ParseUint(v.Value, 10, 64); err != nil {
		return it, fault.New(fault.Internal, "foreign_item", "internal error").Because(err)
	}
	if it.N, err = strconv.ParseInt(n.Value, 10, 64); err != nil {
		return it, fault.New(fault.Internal, "foreign_item", "internal error").Because(err)
	}
	if len(b.Value) > 0 {
		it.Body = b.Value
	}
	return it, nil
}
