package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestProfile_AbsentNullAndValueAreThreeThingsBothWays(t *testing.T) {
	for text, want := range map[string]wire.ProfileBody{
		`{}`:                        {},
		`{"segment":null}`:          {Segment: wire.Erase[string]()},
		`{"segment":""}`:            {Segment: wire.Put("")},
		`{"declaredValue":"70.00"}`: {DeclaredValue: wire.Put(wire.Figure{Amount: "70.00"})},
		`{"need":{"amount":"1.00","currency":"EUR"}}`: {Need: wire.Put(wire.Figure{Amount: "1.00", Currency: "EUR"})},
	} {
		written, err := json.Marshal(want)
		if err != nil || string(written) != text {
			t.Errorf("%s, %v, want %s", written, err, text)
		}
		var read wire.ProfileBody
		if err := json.Unmarshal([]byte(text), &read); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if again, _ := json.Marshal(read); string(again) != text {
			t.Errorf("%s is read as %s", text, again)
		}
	}
}

func TestFigure_IsATextOrAnAmountWithItsCurrencyAndNothingElse(t *testing.T) {
	for _, text := range []string{
		`7`, `["7.00"]`, `{"amount":7}`, `{"amount":null}`, `{"Amount":"7.00"}`, `{"amount":"7.00","unit":"EUR"}`,
	} {
		var f wire.Figure
		if err := json.Unmarshal([]byte(text), &f); !fault.Is(err, "invalid_request") {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
}
