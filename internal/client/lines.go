package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
)

// NDJSON is the media type of an answer that comes line by line.
const NDJSON = "application/x-ndjson"

// Lines are what to do with the lines of such an answer before its result.
// Both may be nil.
type Lines struct {
	Progress func(done, total int)
	Reject   func(json.RawMessage) error
}

// Stream sends a request whose answer may come line by line, and decodes the
// result into into. It returns a *Problem that ended the work.
func (c *Client) Stream(ctx context.Context, r Request, lines Lines, into any) error {
	r.Accept = NDJSON + ", application/json"
	res, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media != NDJSON {
		return json.NewDecoder(res.Body).Decode(into)
	}
	in := bufio.NewReaderSize(res.Body, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			done, err := lines.take(line, into)
			if done || err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return errors.New(
				"the answer ended before its result; what was done so far is stored, run the command again to finish it",
			)
		}
		if err != nil {
			return fmt.Errorf(
				"the answer broke off: %w; what was done so far is stored, run the command again to finish it",
				err,
			)
		}
	}
}

// take handles one line and reports whether it was the last.
func (l Lines) take(line []byte, into any) (bool, error) {
	var m struct {
		Progress *struct{ Done, Total int } `json:"progress"`
		Reject   json.RawMessage            `json:"reject"`
		Result   json.RawMessage            `json:"result"`
		Problem  *Problem                   `json:"problem"`
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return true, fmt.Errorf("the answer cannot be read: %w", err)
	}
	switch {
	case m.Problem != nil:
		return true, m.Problem
	case m.Result != nil:
		return true, json.Unmarshal(m.Result, into)
	case m.Progress != nil && l.Progress != nil:
		l.Progress(m.Progress.Done, m.Progress.Total)
	case m.Reject != nil && l.Reject != nil:
		return false, l.Reject(m.Reject)
	}
	return false, nil
}
