package seal

import (
	"bytes"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/fault"
)

// shape is one of everything that a Writer writes.
type shape struct {
	At    time.Time         `json:"at"`
	Big   int64             `json:"big"`
	Count uint64            `json:"count"`
	Few   int64             `json:"few,omitempty"`
	In    *shape            `json:"in"`
	List  []string          `json:"list"`
	More  []string          `json:"more,omitempty"`
	Note  string            `json:"note,omitempty"`
	Rows  []row             `json:"rows"`
	Texts map[string]string `json:"texts,omitempty"`
	Yes   bool              `json:"yes,omitempty"`
	No    bool              `json:"\u00e9"`
}

type row struct {
	Text string `json:"text"`
}

func (s *shape) write(o Object) {
	o.Time("at", s.At)
	o.Int("big", s.Big)
	o.Value("count", s.Count)
	o.SomeInt("few", s.Few)
	if s.In == nil {
		o.Null("in")
	} else {
		s.In.write(o.Object("in"))
	}
	Texts(&o, "list", s.List)
	SomeTexts(&o, "more", s.More)
	o.SomeText("note", s.Note)
	rows := o.List("rows")
	for _, r := range s.Rows {
		in := rows.Object()
		in.Text("text", r.Text)
		in.End()
	}
	rows.End()
	o.Map("texts", s.Texts)
	o.SomeBool("yes", s.Yes)
	o.Bool("é", s.No)
	o.End()
}

func anyShape(t *rapid.T, depth int) *shape {
	at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "at"), rapid.SampledFrom([]int64{0, 0, 5, 1e6}).Draw(t, "ns"))
	s := &shape{
		At: at.In(rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("x", 3600)}).Draw(t, "zone")), Big: rapid.Int64().Draw(t, "big"),
		Count: rapid.Uint64().Draw(t, "count"), Few: rapid.Int64Range(0, 2).Draw(t, "few"), List: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "list"), More: rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "more"),
		Note: rapid.String().Draw(t, "note"), Rows: []row{}, Texts: rapid.MapOfN(rapid.String(), rapid.String(), 0, 4).Draw(t, "texts"),
		Yes: rapid.Bool().Draw(t, "yes"), No: rapid.Bool().Draw(t, "no"),
	}
	for _, text := range s.More {
		s.Rows = append(s.Rows, row{text})
	}
	if depth > 0 && rapid.Bool().Draw(t, "inner") {
		s.In = anyShape(t, depth-1)
	}
	return s
}

func TestWriter_WritesWhatCanonicalWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyShape(t, 2)
		w := NewWriter([]byte("["))
		s.write(w.Object())
		got := bytes.TrimPrefix(w.Bytes(), []byte("["))
		want, err := Canonical(s)
		if err != nil {
			if w.Err() == nil {
				t.Fatalf("Canonical refuses it: %v\n%s", err, got)
			}
			return
		}
		if w.Err() != nil || !bytes.Equal(got, want) {
			t.Fatalf("got  %s, %v\nwant %s", got, w.Err(), want)
		}
	})
}

func TestWriter_AgreesWithTheMaintainedLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.MapOfN(rapid.String(), rapid.String(), 0, 6).Draw(t, "texts")
		texts["\U0001F600"], texts["\uFB33"], texts["\u20ac"], texts["\r"], texts["1"], texts["\u0080"] = "smile", "dalet", "euro", "cr", "one", "control"
		w := NewWriter(nil)
		o := w.Object()
		o.Map("texts", texts)
		o.End()
		want, err := jcs.Transform(w.Bytes())
		if err != nil || w.Err() != nil || !bytes.Equal(w.Bytes(), want) {
			t.Fatalf("got  %s, %v\nwant %s, %v", w.Bytes(), w.Err(), want, err)
		}
	})
}

func TestWriter_TellsOfWhatCanonicalRefuses(t *testing.T) {
	for name, write := range map[string]func(o *Object){
		"not UTF-8":      func(o *Object) { o.Text("a", "x\xff") },
		"name not UTF-8": func(o *Object) { o.Map("a", map[string]string{"x\xff": ""}) },
		"name twice":     func(o *Object) { o.Int("a", 1); o.Int("a", 2) },
		"float":          func(o *Object) { o.Value("a", 1.5) },
		"year 10000":     func(o *Object) { o.Time("a", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) },
	} {
		w := NewWriter(nil)
		o := w.Object()
		write(&o)
		o.Int("b", 1)
		o.End()
		if !fault.Is(w.Err(), "not_canonical") {
			t.Errorf("%s: %s, %v", name, w.Bytes(), w.Err())
		}
	}
}

func TestWriter_MembersOutOfOrderAreAMistakeOfTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("b before a was written")
		}
	}()
	w := NewWriter(nil)
	o := w.Object()
	o.Int("b", 1)
	o.Int("a", 1)
}

func TestWriter_NeedsNoMemoryButItsBuffer(t *testing.T) {
	b := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() {
		w := NewWriter(b)
		o := w.Object()
		o.Int("amount", 12345)
		in := o.Object("in")
		in.Text("a", "text \"é\"")
		in.End()
		Texts(&o, "list", []string{"x", "y"})
		o.End()
		b = w.Bytes()[:0]
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
