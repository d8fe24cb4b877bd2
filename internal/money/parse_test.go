package money

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestParse_AndFormatAreInverse(t *testing.T) {
	for _, c := range []struct {
		minor          int64
		currency, text string
	}{
		{123456, "EUR", "1234.56"}, {-5, "EUR", "-0.05"}, {0, "EUR", "0.00"}, {1234, "JPY", "1234"}, {0, "JPY", "0"}, {-1, "JPY", "-1"},
		{7, "CLF", "0.0007"}, {1, "KWD", "0.001"}, {1000, "KWD", "1.000"}, {100, "USD", "1.00"},
		{math.MaxInt64, "EUR", "92233720368547758.07"}, {math.MinInt64, "EUR", "-92233720368547758.08"},
		{math.MaxInt64, "JPY", "9223372036854775807"}, {math.MinInt64, "CLF", "-922337203685477.5808"},
	} {
		if got := Format(c.minor, c.currency); got != c.text {
			t.Errorf("Format(%d, %s) = %q, want %q", c.minor, c.currency, got, c.text)
		}
		if got, err := ParseSignedMinor(c.text, c.currency); err != nil || got != c.minor {
			t.Errorf("ParseSignedMinor(%q, %s) = %d, %v; want %d", c.text, c.currency, got, err, c.minor)
		}
	}
	if a := Of(123456, "EUR"); a.String() != "1234.56 EUR" {
		t.Errorf("String() = %q", a)
	}
}

func TestParse_TakesFewerDecimalsThanTheCurrencyHas(t *testing.T) {
	for text, want := range map[string]int64{"12": 1200, "12.5": 1250, "12.50": 1250, "007.00": 700, "0": 0} {
		if got, err := ParseMinor(text, "EUR"); err != nil || got != want {
			t.Errorf("ParseMinor(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParse_SaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           error
	}{
		{"", "EUR", ErrSyntax}, {"-", "EUR", ErrSyntax}, {"+1", "EUR", ErrSyntax}, {"1.", "EUR", ErrSyntax}, {".5", "EUR", ErrSyntax},
		{".", "EUR", ErrSyntax}, {"1e3", "EUR", ErrSyntax}, {"1,000.00", "EUR", ErrSyntax}, {"1 000", "EUR", ErrSyntax}, {" 1", "EUR", ErrSyntax},
		{"1\n", "EUR", ErrSyntax}, {"1.2.3", "EUR", ErrSyntax}, {"--1", "EUR", ErrSyntax}, {"NaN", "EUR", ErrSyntax}, {"0x10", "EUR", ErrSyntax},
		{"١٢", "EUR", ErrSyntax}, {"1.234", "EUR", ErrDigits}, {"1.000", "EUR", ErrDigits}, {"1.0", "JPY", ErrDigits}, {"1.2345", "KWD", ErrDigits},
		{"1.00001", "CLF", ErrDigits}, {"-1.00", "EUR", ErrNegative}, {"-0.00", "EUR", ErrNegative}, {"-1.234", "EUR", ErrDigits},
		{"92233720368547758.08", "EUR", ErrOverflow}, {"9223372036854775808", "JPY", ErrOverflow}, {"184467440737095516.16", "EUR", ErrOverflow},
		{"184467440737095517", "EUR", ErrOverflow}, {strings.Repeat("9", 500), "EUR", ErrOverflow}, {"1.00", "XXX", ErrCurrency}, {"1.00", "eur", ErrCurrency},
	} {
		got, err := ParseMinor(c.text, c.currency)
		if !errors.Is(err, c.want) || got != 0 {
			t.Errorf("ParseMinor(%q, %s) = %d, %v; want %v", c.text, c.currency, got, err, c.want)
		}
		if err != nil && len(err.Error()) > 120 {
			t.Errorf("the message for a text of %d bytes has %d", len(c.text), len(err.Error()))
		}
	}
}

func TestRate_IsExactToAMillionth(t *testing.T) {
	for text, want := range map[string]Rate{"0": 0, "0.05": 50_000, "1": One, "0.000001": 1, "1.10": 1_100_000, "10000": 10_000 * One, "1000000": MaxRate} {
		got, err := ParseRate(text)
		if err != nil || got != want {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", text, got, err, want)
		}
		if again, err := ParseRate(got.String()); err != nil || again != got {
			t.Errorf("ParseRate(%q) = %d, %v; want %d", got, again, err, got)
		}
	}
	for _, text := range []string{"", "-0.05", "0.0000001", "1000000.000001", "5%", ".05", "1e-2", "99999999999999999999"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("ParseRate(%q) = %v, want an error", text, got)
		}
	}
	if _, err := ParseShare("1.000001"); err == nil {
		t.Error("ParseShare takes more than 1")
	}
	if got := Rate(-75_000).String(); got != "-0.075" {
		t.Errorf("Rate(-75000) = %s", got)
	}
}

func TestJSON_IsStrictAndRoundTrips(t *testing.T) {
	in := struct {
		A Amount   `json:"a"`
		R Rate     `json:"r"`
		X Exchange `json:"x"`
	}{Of(-123456, "EUR"), 50_000, 920_000_000_000}
	b, err := json.Marshal(in)
	if want := `{"a":{"amount":"-1234.56","currency":"EUR"},"r":"0.05","x":"0.92"}`; err != nil || string(b) != want {
		t.Fatalf("marshalled to %s, %v; want %s", b, err, want)
	}
	out := in
	out.A, out.R, out.X = Amount{}, 0, 0
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Errorf("read back as %+v, %v", out, err)
	}
	for _, bad := range []string{`{"a":{"amount":1.5,"currency":"EUR"}}`, `{"a":{"amount":"1.5"}}`, `{"a":{"currency":"EUR"}}`, `{"a":{"amount":"1.555","currency":"EUR"}}`,
		`{"a":{"amount":"1","currency":"EUR","x":1}}`, `{"a":"1 EUR"}`, `{"r":0.05}`, `{"r":"-1"}`, `{"x":"0"}`, `{"x":"0.0000000000001"}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if _, err := json.Marshal(Amount{Minor: 1}); err == nil {
		t.Error("an amount without currency was written")
	}
}

func FuzzParseMinor(f *testing.F) {
	for _, s := range []string{"0", "1.5", "-1", "92233720368547758.07", "1e5", "00.10", ""} {
		f.Add(s, "EUR")
	}
	f.Add("5", "JPY")
	f.Fuzz(func(t *testing.T, s, currency string) {
		n, err := ParseSignedMinor(s, currency)
		if err != nil {
			return
		}
		if again, err := ParseSignedMinor(Format(n, currency), currency); err != nil || again != n {
			t.Errorf("%q %s is %d, formatted and read again %d, %v", s, currency, n, again, err)
		}
	})
}

func TestParse_TwoPointsAreNoAmount(t *testing.T) {
	for _, s := range []string{"1..5", "1.5.0", ".."} {
		if got, err := ParseMinor(s, "EUR"); err == nil {
			t.Errorf("%q is %d", s, got)
		}
	}
}

func TestFormat_ZeroHasNoSign(t *testing.T) {
	for currency, want := range map[string]string{"EUR": "0.00", "JPY": "0"} {
		if got := Format(0, currency); got != want {
			t.Errorf("%s: %q, want %q", currency, got, want)
		}
	}
}
