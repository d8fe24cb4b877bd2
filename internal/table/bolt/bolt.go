// Package bolt is the embedded table: one file of bbolt in a data folder, held
// by one process, with group commit. It owns the file fairlead.db and the LOCK
// beside it; it knows nothing of what the items mean.
//
// The file has three buckets. ledger and state hold the items of the two
// tables: the key is pk, a zero byte and sk, the value is the version, the
// number and the body. changes maps an 8-byte sequence to the key of the ledger
// item that was inserted with it, in the same transaction.
package bolt

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// File is the name of the data file inside the data folder.
const File = "fairlead.db"

const (
	// fill is how full a page is left by a split. Most keys of a partition
	// arrive in order: at bbolt's 0.5 an item takes 537 bytes, at 0.85 it
	// takes 384.
	fill = 0.85
	// patience is how long opening waits for another process to let go.
	patience = time.Second
)

// mappings are the sizes the file is mapped with, in bytes, the first that the
// machine grants. A mapping larger than the file costs address space only, and
// growing inside it never waits for readers.
var mappings = []int64{64 << 30, 8 << 30, 1 << 30, 0}

var (
	ledgerBucket  = []byte(table.Ledger)
	stateBucket   = []byte(table.State)
	changesBucket = []byte("changes")
)

// Options of Open. The zero value opens for writing, without a Clock.
type Options struct {
	// Clock is what NotAfter is compared with; a Tx with NotAfter on a table
	// without Clock panics.
	Clock func() time.Time
	// ReadOnly opens the file beside other readers; it waits for a writer
	// just as a writer waits for it, and Transact fails.
	ReadOnly bool
}

// Table is an open data folder. It implements table.Table and table.Changes,
// and is safe for concurrent use.
type Table struct {
	dir     string
	options Options
	db      *bbolt.DB
	queue   queue
	stopped chan struct{} // closed when the committer has ended
	closing sync.Once
	closed  error // what Close returns

	mu     sync.Mutex
	broken error // why nothing is written any more; only the committer sets it
	wedged bool  // the writer's lock inside bbolt could not be given back

	// beforeCommit runs in the committer before each commit, if set. Tests
	// hold the committer there, or make it fail.
	beforeCommit func()
}

var _ interface {
	table.Table
	table.Changes
} = (*Table)(nil)

// Open opens the data folder dir, and makes it where it does not exist (not
// when reading only: fault.NotFound "no_data"). If another process holds it for
// longer than a second the error is fault.Unavailable "data_folder_in_use" and
// names that process; a file that is none of ours is "not_a_data_folder".
func Open(dir string, o Options) (*Table, error) {
	path := filepath.Join(dir, File)
	if o.ReadOnly {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "no_data", "there is no data in %s", dir).Because(err)
		}
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "storage_failed", "cannot make the folder %s: %s", dir, reason(err)).Because(err)
	}
	if err := checkWhole(path); err != nil {
		return nil, openFault(dir, err)
	}
	db, err := openFile(path, o.ReadOnly)
	if err != nil {
		return nil, openFault(dir, err)
	}
	t := &Table{dir: dir, options: o, db: db, stopped: make(chan struct{})}
	t.queue.init()
	if o.ReadOnly {
		if !complete(db) { // killed before it had anything in it
			_ = db.Close()
			return nil, fault.New(fault.NotFound, "no_data", "there is no data in %s", dir)
		}
		// A shared lock proves that no writer lives: a LOCK left by one
		// that died would only mislead.
		_ = os.Remove(filepath.Join(dir, LockFile))
		close(t.stopped)
		return t, nil
	}
	if err := makeBuckets(db); err != nil {
		_ = db.Close()
		return nil, t.fault(err)
	}
	// A disk too full for the LOCK is not a reason to refuse reading.
	_ = t.Announce("", "")
	go t.run()
	return t, nil
}

// checkWhole reports a data file that was cut short. bbolt would read behind
// its end, where no error is returned: the system kills the process.
func checkWhole(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || (err == nil && info.Size() == 0) {
		return nil // about to be made
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: patience})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	info, err = os.Stat(path) // again: nobody can write it now
	if err != nil {
		return err
	}
	return db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("%w: it has %d bytes of %d", berrors.ErrInvalid, info.Size(), tx.Size())
		}
		return nil
	})
}

// openFile maps the file with the largest mapping the machine grants.
func openFile(path string, readOnly bool) (*bbolt.DB, error) {
	sizes := mappings
	if readOnly || runtime.GOOS == "windows" { // there the file is made as large as its mapping
		sizes = []int64{0}
	}
	var err error
	for _, size := range sizes {
		if size > math.MaxInt {
			continue
		}
		var db *bbolt.DB
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout:         patience,
			ReadOnly:        readOnly,
			InitialMmapSize: int(size),
			FreelistType:    bbolt.FreelistMapType,
			// NoFreelistSync stays false: without the list in the file,
			// opening 1.6 GB cold took 32 s instead of 5 ms.
		})
		if !errors.Is(err, syscall.ENOMEM) {
			return db, err
		}
	}
	return nil, err
}

var bucketNames = [][]byte{ledgerBucket, stateBucket, changesBucket}

// complete reports whether the file has all its buckets.
func complete(db *bbolt.DB) bool {
	return db.View(func(tx *bbolt.Tx) error {
		for _, name := range bucketNames {
			if tx.Bucket(name) == nil {
				return berrors.ErrBucketNotFound
			}
		}
		return nil
	}) == nil
}

// makeBuckets makes what a new file lacks. An old one is not written at all,
// so that it opens on a full disk.
func makeBuckets(db *bbolt.DB) error {
	if complete(db) {
		return nil
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

func openFault(dir string, err error) error {
	switch {
	case isFull(err):
		return (&Table{dir: dir}).fault(err)
	case errors.Is(err, berrors.ErrTimeout):
		return inUse(dir).Because(err)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum),
		strings.Contains(err.Error(), "file size too small"):
		return fault.New(fault.Unavailable, "not_a_data_folder", "%s is not a data file of this program, or it is damaged: %s", filepath.Join(dir, File), err).Because(err)
	}
	return fault.New(fault.Unavailable, "storage_failed", "cannot open %s: %s", filepath.Join(dir, File), reason(err)).Because(err)
}

// Close writes what still waits, ends the committer and gives the folder back.
// Calls after it fail with fault.Unavailable "store_closed". Closing again
// returns what the first time did.
func (t *Table) Close() error {
	t.closing.Do(func() {
		t.queue.close()
		<-t.stopped
		if t.wedged {
			t.closed = t.failed()
			return
		}
		if !t.options.ReadOnly {
			_ = os.Remove(filepath.Join(t.dir, LockFile)) // while the folder is still ours
		}
		if err := t.db.Close(); err != nil {
			t.closed = t.fault(err)
		}
	})
	return t.closed
}

// failed is why nothing is written any more, or nil.
func (t *Table) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.broken
}
