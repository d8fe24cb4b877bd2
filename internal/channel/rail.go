package channel

// Rail is a way for payments to leave, as programmes and stages name it. What
// carries them under that name is rail's to know.
type Rail struct {
	Name  string
	Pays  bool   // false: it pays nobody, and is for stages where no money is meant
	Words string // what it means, in a sentence
}

// The names of the rails. FileRail holds where nothing is named.
const (
	FileRail    = "file"
	SandboxRail = "sandbox"
)

// Rails are all that may be named.
func Rails() []Rail {
	return []Rail{
		{FileRail, true, "Payments leave in a file for the bank; a line is paid once somebody confirms it."},
		{SandboxRail, false, "Payments go to the sandbox: no bank is asked and no money moves."},
	}
}

// RailNamed is the rail of that name; not ok for a name that is none.
func RailNamed(name string) (found Rail, ok bool) {
	for _, r := range Rails() {
		if r.Name == name {
			return r, true
		}
	}
	return Rail{}, false
}
