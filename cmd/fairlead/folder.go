package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/fairlead/fairlead/internal/table/bolt"
)

// folderUse is what a command wants of the data folder.
type folderUse int

const (
	needsFolder folderUse = iota // reads, or goes on with, what is in it; never makes one
	makesFolder                  // writes what may be the first in it; makes it where there is none
	anyFolder                    // goes by what is in it, but does as well without one
	withoutOne                   // opens none
)

// folderUses is what every command wants of the data folder, by its words; a
// row holds for all commands that begin with it, the longest row wins, and a
// flag that changes it has a row of its own.
var folderUses = map[string]folderUse{
	"serve": makesFolder, "demo": makesFolder, "token": makesFolder, "keys": makesFolder,
	"init": withoutOne, "version": withoutOne,

	"programme publish": makesFolder, "programme show": needsFolder,
	"policy": needsFolder, "policy publish": makesFolder, "policy check": anyFolder, "policy explain": anyFolder,
	"plan": needsFolder, "plan publish": makesFolder, "plan check": anyFolder, "plan explain": anyFolder,
	"plan assign": makesFolder,

	"import": makesFolder, "facts": makesFolder, "fact": needsFolder, "sweep": makesFolder,
	"value fit": makesFolder, "value fit --rfm": anyFolder, "value score": needsFolder,
	"route": makesFolder, "route --preview": needsFolder, "assign": makesFolder,
	"portfolio": needsFolder, "balance": needsFolder, "customers": needsFolder, "customer": needsFolder,
	"why": needsFolder, "decisions": needsFolder, "decision": needsFolder, "offers": needsFolder, "offer": needsFolder,

	"partners": needsFolder, "partner": needsFolder, "pods": needsFolder, "pod": needsFolder,
	"statement": needsFolder, "statements": needsFolder, "ledger": needsFolder,

	"period": needsFolder, "payout": needsFolder, "payments": needsFolder,
}

// folderUseOf is what the command of a parsed line wants of the data folder.
func folderUseOf(parsed *kong.Context) folderUse {
	words := commandWords(parsed.Command())
	for _, flag := range parsed.Flags() {
		if use, ok := folderUses[words+" --"+flag.Name]; ok && flag.Set {
			return use
		}
	}
	use, _ := useOf(words)
	return use
}

// commandWords are the words of a command without its arguments.
func commandWords(command string) string {
	words, _, _ := strings.Cut(command, " <")
	words, _, _ = strings.Cut(words, " [")
	return words
}

// useOf finds the longest row that a command begins with; ok is false, and the
// command makes no folder, where there is none.
func useOf(words string) (use folderUse, ok bool) {
	for words != "" {
		if use, ok := folderUses[words]; ok {
			return use, true
		}
		words = words[:max(strings.LastIndexByte(words, ' '), 0)]
	}
	return needsFolder, false
}

// holdsData reports whether a folder holds data. What cannot be looked at may:
// opening it says what is wrong.
func holdsData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, bolt.File))
	return err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// noData says that a folder holds no data, and which ones beside it do.
func noData(dir string) error {
	beside := neighbors(dir)
	if len(beside) == 0 {
		return fmt.Errorf("%s holds no Fairlead data; name another folder with --data, "+
			"or begin one: fairlead demo, or fairlead policy publish FILE", dir)
	}
	return fmt.Errorf("%s holds no Fairlead data; beside it there is some in %s", dir, strings.Join(beside, ", "))
}

// maxNeighbors is how many other data folders a message names.
const maxNeighbors = 5

// neighbors are the data folders beside a folder, by name, at most maxNeighbors.
func neighbors(dir string) []string {
	parent := filepath.Join(dir, "..")
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		name := filepath.Join(parent, e.Name())
		if _, err := os.Stat(filepath.Join(name, bolt.File)); err == nil && len(out) < maxNeighbors {
			out = append(out, name)
		}
	}
	return out
}
