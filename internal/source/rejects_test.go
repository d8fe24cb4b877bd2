package source

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

func TestRejects_KeepTheLineAsItStood(t *testing.T) {
	var b strings.Builder
	r := NewRejects(&b)
	if err := r.Flush(); err != nil || b.Len() != 0 {
		t.Errorf("nothing was rejected, but %q was written, %v", b.String(), err)
	}
	for _, row := range read(t, Refunds, "refund_id,order_id,occurred_at,amount\nr1,o1,2026-03-02,\"1,5\"\nr2,o2,2026-03-02,1.50\n,o3,2026-03-02,x\n") {
		if row.Err != nil {
			if err := r.Add(row.Line, row.Err, row.Raw); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := r.Add(9, fault.New(fault.Conflict, "conflict", "the refund is known with another amount"), ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	const want = `line,column,reason,raw
2,amount,"""1,5"": not a decimal number; want a decimal string such as 1234.56","r1,o1,2026-03-02,""1,5"""
4,refund_id,is missing,",o3,2026-03-02,x"
4,amount,"""x"": not a decimal number; want a decimal string such as 1234.56",",o3,2026-03-02,x"
9,,the refund is known with another amount,
`
	if b.String() != want || r.Len() != 3 {
		t.Errorf("%d rejects\n%s\nwant\n%s", r.Len(), b.String(), want)
	}
}
