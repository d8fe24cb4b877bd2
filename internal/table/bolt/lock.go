package bolt

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/fairlead/fairlead/internal/fault"
)

// LockFile is the name of the file that says who holds a data folder. It only
// tells: the lock itself is the system's, on the data file, and ends with the
// process that held it.
const LockFile = "LOCK"

// Holder is the process that holds a data folder for writing.
type Holder struct {
	PID   int    `json:"pid"`
	Serve string `json:"serve,omitempty"` // host:port it serves on; empty: it does not
	Now   string `json:"now,omitempty"`   // its fixed clock, as given to --now; empty: the real one
}

// Announce tells other processes where this one serves, and with which fixed
// clock; both empty: it does not serve.
func (t *Table) Announce(serve, now string) error {
	if t.options.ReadOnly {
		return fault.New(fault.Internal, "read_only", "a reader does not hold the folder %s", t.dir)
	}
	data, err := json.Marshal(Holder{PID: os.Getpid(), Serve: serve, Now: now})
	if err != nil {
		return err
	}
	path := filepath.Join(t.dir, LockFile)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return t.fault(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return t.fault(err)
	}
	return nil
}

// HeldBy says which process holds the data folder for writing right now, if
// any does. A LOCK left by a process that died is not believed.
func HeldBy(dir string) (Holder, bool) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err != nil {
		return Holder{}, false
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Millisecond})
	if err == nil {
		_ = db.Close()
	}
	if !errors.Is(err, berrors.ErrTimeout) {
		return Holder{}, false
	}
	return readLock(dir), true
}

// readLock is what LOCK says; the zero Holder if it says nothing.
func readLock(dir string) Holder {
	var h Holder
	data, err := os.ReadFile(filepath.Join(dir, LockFile))
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}

// inUse names the holder of a folder that could not be opened. Readers leave
// no LOCK, because there may be many.
func inUse(dir string) *fault.Error {
	h := readLock(dir)
	switch {
	case h.PID == 0:
		return fault.New(fault.Unavailable, "data_folder_in_use", "%s is in use by another process", dir)
	case h.Serve == "":
		return fault.New(fault.Unavailable, "data_folder_in_use", "%s is in use by pid %d", dir, h.PID)
	default:
		return fault.New(fault.Unavailable, "data_folder_in_use", "%s is in use by pid %d (serve on %s)", dir, h.PID, h.Serve)
	}
}
