package channel

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"github.com/fairlead/fairlead/internal/fault"
)

// MaxPerson is how many bytes the name of a person may have.
const MaxPerson = 256

// ParsePerson checks the name under which somebody acts: 1 to 256 bytes, words
// with spaces between them, each a user name of RFC 8265 (letters and digits of
// any language, and what ASCII has), such as ann, ann@example.org, auth0|1f or
// Иван. Refused are invisible characters, and a word with letters of two
// scripts: both make a second name that looks like the first. The name is
// returned as it was spelled; SamePerson compares. The error is invalid_person.
//
// A name wholly of letters that look like those of another script (Cyrillic
// вов) is a name of its own: telling it from Latin takes the tables of UTS 39.
func ParsePerson(field, s string) (string, error) {
	if wrong := wrongPerson(s); wrong != "" {
		return "", fault.New(fault.Invalid, "invalid_person", "not the name of a person").At(field, "%s", wrong)
	}
	return s, nil
}

// SamePerson reports whether two names may be one person's: whether they differ
// at most in case, width, composition of their characters, spaces and what is
// invisible. A name that ParsePerson would refuse for more than that, as one
// kept from before may be, could be anybody's, and is the same as every other.
func SamePerson(a, b string) bool {
	first, clear := foldPerson(a)
	second, alsoClear := foldPerson(b)
	return !clear || !alsoClear || first == second
}

// foldPerson is what all spellings of a name have in common; clear is false if
// the name can be mistaken for another all the same. The standard's mapping to
// lower case keeps ς from σ and ß from ss, which folding does not.
func foldPerson(s string) (folded string, clear bool) {
	visible := strings.Map(func(r rune) rune {
		if invisible(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	words := strings.Fields(norm.NFKC.String(visible))
	if wrongPerson(strings.Join(words, " ")) != "" {
		return "", false
	}
	for i, word := range words {
		mapped, err := precis.UsernameCaseMapped.CompareKey(word)
		if err != nil {
			return "", false
		}
		words[i] = mapped
	}
	return norm.NFKC.String(cases.Fold().String(strings.Join(words, " "))), true
}

// wrongPerson says what is wrong with a name, "" if nothing is.
func wrongPerson(s string) string {
	switch {
	case s == "":
		return "is missing"
	case len(s) > MaxPerson:
		return fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), MaxPerson)
	case !utf8.ValidString(s):
		return "is not valid UTF-8"
	}
	if i := strings.IndexFunc(s, invisible); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return fmt.Sprintf("has the invisible character %U", r)
	}
	if strings.TrimSpace(s) != s {
		return fmt.Sprintf("%q: begins or ends with a space", fault.Clip(s))
	}
	for word := range strings.SplitSeq(s, " ") {
		if _, err := precis.UsernameCaseMapped.CompareKey(word); err != nil {
			return wrongWord(word)
		}
	}
	return mixedScripts(s)
}

// wrongWord says why a word is no user name.
func wrongWord(word string) string {
	allowed := precis.UsernameCaseMapped.Allowed()
	for _, r := range word {
		if folded, _ := utf8.DecodeRuneInString(width.Fold.String(string(r))); !allowed.Contains(folded) {
			return fmt.Sprintf("has the character %U: a user name has letters, digits and ASCII punctuation", r)
		}
	}
	return fmt.Sprintf("%q: mixes letters written to the left with others written to the right", fault.Clip(word))
}

// invisible reports whether a character takes no place of its own where it is
// shown: control, format and direction characters, fillers, variation selectors.
func invisible(r rune) bool {
	return unicode.IsControl(r) || r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// together are the scripts that are written in one word, as UTS 39 has them at
// its level "highly restrictive". Others stand alone.
var together = [][]string{
	{"Latin", "Han", "Hiragana", "Katakana"},
	{"Latin", "Han", "Bopomofo"},
	{"Latin", "Han", "Hangul"},
}

// separators part a name into words of which each may have its own script: the
// parts of an address, or of an issuer's id.
const separators = ` @.|:/\`

// mixedScripts says which word of a name has letters of scripts that do not go
// together, "" if none has.
func mixedScripts(s string) string {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		var scripts []string
		var before rune
		for _, r := range word {
			script := scriptOf(r)
			if script == "" {
				continue
			}
			scripts = append(scripts, script)
			if !goTogether(scripts) {
				return fmt.Sprintf("%q: mixes scripts in one word: %q (%U) is %s, %q (%U) is %s",
					fault.Clip(word), before, before, scripts[0], r, r, script)
			}
			if before == 0 {
				before = r
			}
		}
	}
	return ""
}

func goTogether(scripts []string) bool {
	within := func(set []string) bool {
		return !slices.ContainsFunc(scripts, func(s string) bool { return !slices.Contains(set, s) })
	}
	return within(scripts[:1]) || slices.ContainsFunc(together, within)
}

// scriptOf is the script of a character, "" for those that go with any (digits,
// punctuation, marks).
func scriptOf(r rune) string {
	if r < utf8.RuneSelf { // nearly every name, in every request
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return ""
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}
