package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKinds_AllHaveANameOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for i, k := range Kinds() {
		if int(k) != i || seen[k.String()] {
			t.Errorf("kind %d is listed as %d, named %s", i, k, k)
		}
		seen[k.String()] = true
	}
	if len(seen) != len(kindNames) {
		t.Errorf("%d kinds listed, %d named", len(seen), len(kindNames))
	}
	if got := Kind(200).String(); got != "internal" {
		t.Errorf("an impossible kind is %q, want internal", got)
	}
}

func TestError_TellsTheCallerTheFieldsAndNeverTheCause(t *testing.T) {
	e := New(Invalid, "invalid_order", "the %s is not valid", "order").At("amount", "%q: too many decimals", "1.234").At("currency", "is missing").Because(io.ErrUnexpectedEOF)
	if got, want := e.Error(), `the order is not valid: amount: "1.234": too many decimals; currency: is missing`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !errors.Is(e, io.ErrUnexpectedEOF) {
		t.Error("the log cannot find the cause")
	}
	if got := New(NotFound, "x", "no such customer").Error(); got != "no such customer" {
		t.Error(got)
	}
}

func TestOf_WhatNobodyClassifiedIsInternalAndSaysNothing(t *testing.T) {
	if Of(nil) != nil {
		t.Error("no error became one")
	}
	secret := errors.New("password=hunter2")
	e := Of(fmt.Errorf("connect: %w", secret))
	if e.Kind != Internal || e.Slug != "internal" || e.Error() != "internal error" || !errors.Is(e, secret) {
		t.Errorf("%+v", e)
	}
	known := New(Conflict, "offer_expired", "the offer has expired")
	if got := Of(fmt.Errorf("accept: %w", known)); got != known {
		t.Errorf("a fault in the chain became %+v", got)
	}
}

func TestIs_FindsTheSlugInTheChain(t *testing.T) {
	err := fmt.Errorf("route: %w", New(Conflict, "no_policy_in_force", "there is no policy in force"))
	if !Is(err, "no_policy_in_force") || Is(err, "other") || Is(io.EOF, "internal") || Is(nil, "internal") {
		t.Error("Is finds the wrong slug")
	}
}
