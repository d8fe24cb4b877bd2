package bolt

import (
	"errors"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/fairlead/fairlead/internal/fault"
)

// fullErrors are how a system says that there is no room. bbolt passes some of
// them on as text only, so the text counts as well.
var fullErrors = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}

func isFull(err error) bool {
	for _, full := range fullErrors {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

// fault is what a caller is told of a failure of bbolt or of the system. All
// are safe to send again: nothing of the call was written.
func (t *Table) fault(err error) error {
	switch {
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return t.storeClosed()
	case isFull(err):
		return fault.New(fault.Unavailable, "disk_full", "the disk of %s is full: nothing of this was written, and what was written before is safe; make room and send it again", t.dir).Because(err)
	default:
		return fault.New(fault.Unavailable, "storage_failed", "the store in %s failed: %s", t.dir, reason(err)).Because(err)
	}
}

func (t *Table) storeClosed() *fault.Error {
	return fault.New(fault.Unavailable, "store_closed", "the store in %s has been closed", t.dir)
}

// reason is the system's own words without the call and the path.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
