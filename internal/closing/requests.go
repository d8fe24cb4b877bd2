package closing

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// CloseRequest closes a period. Progress, if set, is told how many owners of
// how many are done, twice over (the second reader goes over all again).
type CloseRequest struct {
	Period   channel.Period
	User     string
	Progress func(done, total int)
}

// StatementRequest asks for one statement; Preview for that of an open month
// as of now.
type StatementRequest struct {
	Partner channel.PartnerID
	Period  channel.Period
	Preview bool
}
