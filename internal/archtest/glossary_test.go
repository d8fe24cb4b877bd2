package archtest

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// refusedWords say nothing, or are clever: no name has them, wherever they are
// listed. What the glossary's column "not" names is refused besides.
var refusedWords = []string{
	"core", "door", "helper", "known", "look", "made", "moment", "sight", "stuff", "task", "thing", "util",
}

// toBeRenamed are names that break the rule and wait for their turn, by room.
// A name leaves the list when it is changed; none comes to it.
var toBeRenamed = map[string][]string{
	"announce":        {"DecisionMade", "StatementMade"},
	"closing":         {"newest"},
	"cloud/gateway":   {"Door"},
	"cloud/task":      {"Task"},
	"cloud/wiring":    {"Rooms"},
	"clv":             {"slot", "log1p", "surface"},
	"condition":       {"class", "truth", "classWords", "classOf"},
	"document":        {"plainRat"},
	"documents":       {"newestProgramme"},
	"incentive":       {"advance", "roundRat"},
	"intake":          {"rowTaker", "Rooms"},
	"lambdahttp":      {"asSent"},
	"sample":          {"paces", "tempers"},
	"source":          {"attrColumn", "Rejects", "NewRejects", "KnownSenders"},
	"table":           {"CondKind", "NAtMost", "NAtLeast", "Cond"},
	"table/bolt":      {"patience"},
	"table/dynamo":    {"attrPK", "attrSK", "attrVersion", "attrN", "attrBody", "str", "num"},
	"table/tabletest": {"condHolds"},
	"wire":            {"ImportReject", "Opt"},
}

// TestNamesKeepToTheGlossary: a reader who meets a noun in the code finds what
// it means. Verbs, adjectives and words of programming need no explanation.
func TestNamesKeepToTheGlossary(t *testing.T) {
	v := readVocabulary(t)
	waiting := map[string]bool{}
	for _, f := range files(t) {
		if f.test() || !strings.HasPrefix(f.path, internalDir) {
			continue
		}
		room := strings.TrimPrefix(f.room(), internalDir)
		for _, name := range packageNames(f.ast) {
			problem := v.problem(name.Name)
			if slices.Contains(toBeRenamed[room], name.Name) {
				waiting[room+"."+name.Name] = problem != ""
				continue
			}
			if problem != "" {
				t.Errorf("%s: %s: %s", where(f, name.Pos()), name.Name, problem)
			}
		}
	}
	for room, names := range toBeRenamed {
		for _, name := range names {
			if !waiting[room+"."+name] {
				t.Errorf("%s.%s is gone or keeps to the glossary now: take it out of toBeRenamed", room, name)
			}
		}
	}
}

func TestVocabulary_SaysWhereANewWordBelongs(t *testing.T) {
	v := vocabulary{defined: set("payout", "run", "to", "book", "lead"), avoided: set("invoice", "lead", "task"), plain: set("pay", "id")}
	for name, want := range map[string]string{
		"PayoutRuns": "", "booked": "", "paying": "", "RunIDs": "", "runID2": "", "LeadRun": "",
		"invoiceRun": "say it with a word of docs/glossary.md", "PayTask": "say it with a word of docs/glossary.md",
		"runScheduler": "a noun needs a row in docs/glossary.md, a plain verb, adjective or word of programming a line in",
	} {
		got := v.problem(name)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPlainWords_AreInOrderOnceAndNotInTheGlossary(t *testing.T) {
	v := readVocabulary(t)
	words := strings.Fields(read(t, plainWords))
	if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
		t.Errorf("%s must be sorted, each word once", plainWords)
	}
	for _, w := range words {
		if v.defined[w] || v.avoided[w] {
			t.Errorf("%s has %q, which the glossary defines or avoids", plainWords, w)
		}
	}
}

const plainWords = "internal/archtest/plain_words.txt"

// vocabulary is which words names are made of.
type vocabulary struct {
	defined map[string]bool // words of the glossary
	avoided map[string]bool // refusedWords, and the column "not"
	plain   map[string]bool
}

// glossaryRow is a row of a table with the columns word, means, not.
var (
	glossaryRow = regexp.MustCompile(`(?m)^\| ([^|]+) \|[^|]*\|([^|]*)\|$`)
	glossaryHas = regexp.MustCompile(`[a-z]+`)
)

func readVocabulary(t *testing.T) vocabulary {
	t.Helper()
	v := vocabulary{defined: map[string]bool{}, avoided: set(refusedWords...), plain: set(strings.Fields(read(t, plainWords))...)}
	for _, row := range glossaryRow.FindAllStringSubmatch(read(t, "docs/glossary.md"), -1) {
		if row[1] == "word" {
			continue // the head of a table
		}
		for _, w := range glossaryHas.FindAllString(strings.ToLower(row[1]), -1) {
			v.defined[w] = true
		}
		for term := range strings.SplitSeq(row[2], ",") {
			v.avoided[strings.TrimPrefix(strings.TrimSpace(term), "to ")] = true
		}
	}
	if len(v.defined) < 100 || len(v.plain) < 100 {
		t.Fatalf("%d words of the glossary, %d plain ones: were they read?", len(v.defined), len(v.plain))
	}
	return v
}

// problem says what is wrong with a name, "" if nothing is.
func (v vocabulary) problem(name string) string {
	for _, w := range wordsOf(name) {
		forms := append([]string{w}, stems(w)...)
		has := func(in map[string]bool) bool { return slices.ContainsFunc(forms, func(s string) bool { return in[s] }) }
		switch {
		case slices.Contains(refusedWords, w):
		case has(v.defined), has(v.plain) && !has(v.avoided):
			continue
		case !has(v.avoided):
			return "\"" + w + "\" is no word of ours: a noun needs a row in docs/glossary.md, " +
				"a plain verb, adjective or word of programming a line in " + plainWords
		}
		return "\"" + w + "\" is avoided: say it with a word of docs/glossary.md"
	}
	return ""
}

// stems are what a word may be a form of: its singular, or the verb of "-ed" and "-ing".
func stems(w string) []string {
	var out []string
	for _, ending := range []string{"s", "es", "ed", "ing"} {
		stem, ok := strings.CutSuffix(w, ending)
		if n := len(stem); ok && n > 1 {
			out = append(out, stem, stem+"e", strings.TrimSuffix(stem, "i")+"y")
			if stem[n-1] == stem[n-2] {
				out = append(out, stem[:n-1]) // stopped, stopping
			}
		}
	}
	return out
}

// wordsOf splits a name into its words: "ParseRunIDs" is parse, run, ids.
func wordsOf(name string) []string {
	letters := []rune(name)
	at := func(i int, is func(rune) bool) bool { return i >= 0 && i < len(letters) && is(letters[i]) }
	var words []string
	start := 0
	for i := 1; i <= len(letters); i++ {
		begins := at(i, unicode.IsUpper) && (!at(i-1, unicode.IsUpper) || at(i+1, unicode.IsLower))
		if letters[i-1] != '_' && at(i, unicode.IsUpper) && at(i+1, isPlural) && !at(i+2, unicode.IsLower) {
			begins = !at(i-1, unicode.IsUpper) // the s of IDs ends the word, it begins none
		}
		if i < len(letters) && !begins && unicode.IsLetter(letters[i]) == unicode.IsLetter(letters[i-1]) {
			continue
		}
		if unicode.IsLetter(letters[start]) {
			words = append(words, strings.ToLower(string(letters[start:i])))
		}
		start = i
	}
	return words
}

func isPlural(r rune) bool { return r == 's' }

// packageNames are the types, functions, constants and variables of a file.
func packageNames(f *ast.File) []*ast.Ident {
	var names []*ast.Ident
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name)
				case *ast.ValueSpec:
					names = append(names, s.Names...)
				}
			}
		}
	}
	return names
}

func set(words ...string) map[string]bool {
	all := make(map[string]bool, len(words))
	for _, w := range words {
		all[w] = true
	}
	return all
}
