package metrics

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// Counts are values of metrics, in the unit of each.
type Counts map[Name]int64

// Writer writes metrics of one function of one stage. It is safe for concurrent
// use; each line is one write.
type Writer struct {
	mu              sync.Mutex
	to              io.Writer
	stage, function string
}

// NewWriter makes a Writer. In Lambda what a function prints is its log, and
// the embedded metric format is found there.
func NewWriter(to io.Writer, stage, function string) *Writer {
	return &Writer{to: to, stage: stage, function: function}
}

type definition struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

type directive struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []definition `json:"Metrics"`
}

type metadata struct {
	Timestamp         int64       `json:"Timestamp"` // milliseconds
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

// Emit writes the counts as of an instant; nothing for none.
func (w *Writer) Emit(at time.Time, c Counts) error {
	if len(c) == 0 {
		return nil
	}
	line := map[string]any{DimensionStage: w.stage, DimensionFunction: w.function}
	d := directive{Namespace: Namespace, Dimensions: [][]string{{DimensionStage, DimensionFunction}}}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		d.Metrics = append(d.Metrics, definition{string(name), name.Unit()})
		line[string(name)] = c[name]
	}
	line["_aws"] = metadata{at.UnixMilli(), []directive{d}}
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err = w.to.Write(append(data, '\n'))
	return err
}
