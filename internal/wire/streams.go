package wire

import (
	"encoding/json"
)

// NDJSON is the media type of an answer that comes line by line. A caller that
// asks for it with Accept gets, while the work goes on, {"progress": ..} and
// {"reject": ..} lines, and last {"result": ..} or {"problem": ..}. Everybody
// else gets the result alone.
const NDJSON = "application/x-ndjson"

// Progress is how far a long request has come. Total 0: unknown.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total,omitempty"`
}

// Streamed is one line of such an answer; exactly one field is set.
type Streamed struct {
	Progress *Progress       `json:"progress,omitempty"`
	Reject   *ImportReject   `json:"reject,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	Problem  *Problem        `json:"problem,omitempty"`
}
