package channel

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

// names are of people and of what issuers call them; no two are one person's.
var names = []string{
	"bob", "ann", "Anna Schmidt", "ann@example.org", "ann+tag@example.org", `CORP\ann`,
	"auth0|5f7c8ec7c33c6c004bbafe82", "google-oauth2|1234",
	"c7d6e1f0-4a50-4d0c-9f6e-0b8f3c1f8a11", "248289761001", "00u1abcd_EFGH-2",
	"abc123@clients", "webhook:standard", "https://id.example.org/u/7",
	"O'Brien", "Jean-Luc", "José", "Łukasz", "Иван", "Иван Smith", "иван@example.org",
	"Νίκος", "陈伟", "たなかタロウ東", "김金", "박Kim", "דוד", "محمد", "राम",
	"b0b", strings.Repeat("x", MaxPerson),
}

func TestParsePerson_TakesPeopleOfAllLanguagesAndWhatIssuersCallThem(t *testing.T) {
	for i, name := range names {
		if got, err := ParsePerson("--user", name); err != nil || got != name {
			t.Errorf("%q: %q, %v", name, got, err)
		}
		for j, other := range names {
			if SamePerson(name, other) != (i == j) {
				t.Errorf("%q and %q are one person: %t", name, other, i != j)
			}
		}
	}
}

func TestParsePerson_RefusesWhatLooksLikeAnother_AndSaysWhichCharacter(t *testing.T) {
	for name, want := range map[string]string{
		"":                                 "is missing",
		strings.Repeat("x", MaxPerson+1):   "has 257 bytes",
		"b\xffb":                           "not valid UTF-8",
		"bob ":                             "ends with a space",
		" bob":                             "begins or ends with a space",
		"bob\t":                            "U+0009",
		"b\u200Bob":                        "invisible character U+200B",
		"b\u00ADob":                        "U+00AD",
		"bob\u202E":                        "U+202E",
		"bob\u2066x\u2069":                 "U+2066",
		"\uFEFFbob":                        "U+FEFF",
		"bob\uFE0F":                        "U+FE0F",
		"bob\u034F":                        "U+034F",
		"bob\u3164":                        "U+3164",
		"bob\U000E0041":                    "U+E0041",
		"bob\u2028x":                       "U+2028",
		"bob\u00A0smith":                   "U+00A0",
		"bob\u2010smith":                   "U+2010",
		"\U0001D41Bob":                     "U+1D41B",
		"bob\uE000":                        "U+E000",
		"bob\u2800":                        "U+2800",
		"b\u043Eb":                         "(U+0062) is Latin, 'о' (U+043E) is Cyrillic",
		"b\u03BFb":                         "(U+03BF) is Greek",
		"Bob b\u043Eb":                     "U+043E",
		"\u041E'Brien":                     "U+0042",
		"b0\u043E":                         "U+043E",
		"東b\u043E":                         "U+043E",
		"가か":                               "is Hiragana",
		"דודann":                           "to the left with others written to the right",
		"ann@example.org/\u0430nn-\u0061x": "U+0430",
	} {
		got, err := ParsePerson("--user", name)
		if got != "" || !fault.Is(err, "invalid_person") || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%+q: %q, %v; want it refused", name, got, err)
			continue
		}
		if f := fault.Of(err).Fields[0]; f.Field != "--user" || !strings.Contains(f.Message, want) {
			t.Errorf("%+q: %q, %v; want it refused because of %q", name, got, err, want)
		}
	}
}

func TestSamePerson_SpellingsOfANameAreOnePerson(t *testing.T) {
	for _, spellings := range [][]string{
		{"bob", "Bob", "BOB", "bob ", "\tbob", "ｂｏｂ", "b\u200Bob", "bob\u202E", "\U0001D41Bob"},
		{"josé", "JOSÉ", "jose\u0301", "Jose\u0301"},
		{"anna schmidt", "Anna  Schmidt", "Anna\u00A0Schmidt"},
		{"Νίκος", "ΝΊΚΟΣ", "νίκοσ"},
		{"strauß", "STRAUẞ", "STRAUSS", "Strauss"},
		{"иван", "ИВАН"},
		{"ann@example.org", "Ann@Example.org"},
	} {
		for _, a := range spellings {
			for _, b := range spellings {
				if !SamePerson(a, b) {
					t.Errorf("%+q and %+q are two people", a, b)
				}
			}
			if SamePerson(a, "somebody") {
				t.Errorf("%+q is somebody else too", a)
			}
		}
	}
}

// What was kept under a name that could be anybody's is approved by nobody.
func TestSamePerson_ANameThatCanBeMistakenIsTheSameAsEveryOther(t *testing.T) {
	for _, kept := range []string{"b\u043Eb", "bob\u2010smith", "b\xffb", "", "\u200B"} {
		for _, name := range []string{"bob", "ann", kept} {
			if !SamePerson(kept, name) || !SamePerson(name, kept) {
				t.Errorf("%+q and %+q are two people", kept, name)
			}
		}
	}
}

func FuzzSamePerson(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := ParsePerson("sub", s)
		for _, other := range []string{s, s + " ", "\u200B" + s} {
			if !SamePerson(s, other) {
				t.Errorf("%+q and %+q are two people", s, other)
			}
		}
		if err == nil && SamePerson(s, "somebody") && SamePerson(s, "somebody else") {
			t.Errorf("%+q is accepted and the same as everybody", s)
		}
	})
}
