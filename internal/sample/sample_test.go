package sample

import (
	"bytes"
	"testing"
)

func TestNew_SameSeedGivesSameBytes(t *testing.T) {
	a, b := New(Seed), New(Seed)
	if len(a.Files) != len(b.Files) || len(a.Steps) != len(b.Steps) {
		t.Fatal("the same seed gave another number of files or steps")
	}
	for i := range a.Files {
		if !bytes.Equal(a.Files[i].Data, b.Files[i].Data) {
			t.Errorf("%s differs between two runs of one seed", a.Files[i].Name)
		}
	}
	if other := New(Seed + 1); bytes.Equal(other.Files[6].Data, a.Files[6].Data) {
		t.Error("another seed gave the same customers")
	}
}

func TestProgramme_NamesTheSandboxInTheStoryAndTheFileToStartFrom(t *testing.T) {
	start, err := Documents.ReadFile("documents/programme.json")
	if err != nil || !bytes.Contains(start, []byte(`"rail": "file"`)) || bytes.Contains(start, []byte("sandbox")) {
		t.Errorf("%s, %v", start, err)
	}
	for _, f := range New(Seed).Files {
		if f.Name == "programme.json" && (!bytes.Contains(f.Data, []byte(`"rail": "sandbox"`)) || bytes.Contains(f.Data, []byte(`"rail": "file"`))) {
			t.Errorf("%s", f.Data)
		}
	}
}

func TestNew_StepsNameOnlyFilesThatExistAndNeverGoBack(t *testing.T) {
	p := New(Seed)
	names := map[string]bool{}
	for _, f := range p.Files {
		names[f.Name] = true
	}
	for i, s := range p.Steps {
		if i > 0 && s.At.Before(p.Steps[i-1].At) {
			t.Errorf("step %d goes back in time", i)
		}
		if s.At.After(Clock) {
			t.Errorf("step %d is after the sample's clock", i)
		}
		for _, a := range s.Args {
			if (bytes.HasSuffix([]byte(a), []byte(".csv")) || bytes.HasSuffix([]byte(a), []byte(".json"))) && !names[a] {
				t.Errorf("step %d names %s, which is not there", i, a)
			}
		}
	}
}
