package money

import (
	"slices"
	"strings"
	"testing"
)

func TestDigits_AreThoseOfTheStandard(t *testing.T) {
	for code, want := range map[string]int{
		"EUR": 2, "USD": 2, "XAD": 2, "XCG": 2, "ZWG": 2, "JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "UYI": 0,
		"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4, "HRK": 2, "BYR": 0,
		"MGA": 2, "MRU": 2, "IDR": 2, "HUF": 2, // often shown without decimals; the standard gives them two
	} {
		if got, ok := Digits(code); !ok || got != want {
			t.Errorf("Digits(%s) = %d, %v; want %d", code, got, ok, want)
		}
	}
}

func TestDigits_RefusesWhatCannotBeCounted(t *testing.T) {
	for _, code := range []string{"", "eur", "EU", "EURO", "ZZZ", "E1R", "XXX", "XTS", "XAU", "XAG", "XDR", "XSU", "PTS", "ÉUR"} {
		if d, ok := Digits(code); ok {
			t.Errorf("Digits(%q) = %d, want unknown", code, d)
		}
	}
}

func TestCurrencies_AreListOneAndTheWithdrawnOnes(t *testing.T) {
	listOne := strings.Fields(strings.Join([]string{digits0, digits2, digits3, digits4}, " "))
	if len(listOne) != 165 {
		t.Errorf("list one has %d codes with decimals, want 165", len(listOne))
	}
	withdrawn := strings.Fields(withdrawn0 + " " + withdrawn2)
	all := Currencies()
	if !slices.IsSorted(all) || len(slices.Compact(all)) != len(listOne)+len(withdrawn) {
		t.Errorf("%d codes known, want %d without repetition", len(all), len(listOne)+len(withdrawn))
	}
}
