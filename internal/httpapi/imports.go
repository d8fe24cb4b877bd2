package httpapi

import (
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

type importFile struct {
	Kind  string   `query:"kind" validate:"required,oneof=partners pods customers orders refunds feedback"`
	Route bool     `query:"route"`
	Body  struct{} `body:"stream"`
}

// importFile reads a file as it comes, however long it is, and answers at its
// end; with Accept: application/x-ndjson lines that are not taken are told as
// they occur.
func (a *api) importFile(c *Call, q importFile) error {
	if err := a.mayImport(c, q); err != nil {
		return err
	}
	if c.Key != "" {
		return a.importOnce(c, q)
	}
	answer, err := a.importRows(c, q, c.r.Body)
	if err != nil {
		return err
	}
	return c.json(answer)
}

// importOnce answers a file that came under this key before with the account of
// then, after reading it to its end to be sure that it is the same file.
func (a *api) importOnce(c *Call, q importFile) error {
	asked := store.Request{Call: "POST /v1/imports", Caller: c.caller(), Key: c.Key}
	sum := sha256.New()
	body := io.TeeReader(c.r.Body, sum)
	file := func() string { return fmt.Sprintf("%s %t sha256:%x", q.Kind, q.Route, sum.Sum(nil)) }
	known, err := c.store.HasAnswer(c, asked)
	if err != nil {
		return err
	}
	if known {
		if _, err := io.Copy(io.Discard, body); err != nil {
			return badSyntax(http.StatusBadRequest, "body_unreadable", "the body ended before it was complete")
		}
		var kept keptAnswer
		asked.Body = file()
		if _, err := c.store.Replay(c, asked, &kept); err != nil {
			return err
		}
		c.replayed = true
		return c.write("application/json", []byte(kept.Body))
	}
	answer, err := a.importRows(c, q, body)
	if err != nil {
		return err
	}
	asked.Body = file()
	if err := c.keep(asked, answer); err != nil {
		return err
	}
	return c.json(answer)
}

// importRows does it.
func (a *api) importRows(c *Call, q importFile, body io.Reader) (wire.ImportAnswer, error) {
	request := intake.ImportRequest{Kind: q.Kind, Route: q.Route, Key: c.Key}
	broken, err := a.rows(c, body, &request)
	if err != nil {
		return wire.ImportAnswer{}, err
	}
	lines := c.streams()
	var named []wire.ImportReject
	request.Rejected = func(r wire.ImportReject) error {
		r.Field = columnOf(q.Kind, r.Field)
		if lines == nil && len(named) < wire.MaxNamed {
			named = append(named, r)
		}
		return lines.line(wire.Streamed{Reject: &r})
	}
	if lines != nil {
		request.Progress = c.progress()
	}
	sum, err := a.Importer.Import(c, c.Actor, request)
	if err != nil {
		return wire.ImportAnswer{}, err
	}
	if err := broken(); err != nil {
		f := *fault.Of(err)
		f.Msg = fmt.Sprintf("%s; the %d lines before it were taken", f.Msg, sum.Read)
		return wire.ImportAnswer{}, &f
	}
	return wire.ImportAnswer{ImportSummary: sum, Rejects: named}, nil
}

// columnOf is the column of a file in which a field of its facts stands: what
// the service tells is a path in an event.
func columnOf(kind, field string) string {
	switch {
	case field == "time" && kind == wire.ImportCustomers:
		return "arrived_at"
	case field == "time":
		return "occurred_at"
	}
	return strings.TrimPrefix(field, "data.")
}

// mayImport checks what the table of routes cannot say: who is a partner or a
// pod is the manager's business alone.
func (a *api) mayImport(c *Call, q importFile) error {
	if (q.Kind == wire.ImportPartners || q.Kind == wire.ImportPods) && !c.Actor.Has(manager) {
		return fault.New(fault.Forbidden, "role_missing", "importing %s needs the role manager", q.Kind)
	}
	if q.Route && q.Kind != wire.ImportCustomers {
		return invalidRequest().At("route", "goes with kind=customers only")
	}
	media, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	isCSV := media == "" || strings.HasPrefix(media, "text/") || media == "application/octet-stream" || media == "application/csv" || media == "application/x-www-form-urlencoded"
	if cs := params["charset"]; err != nil && media != "" || !isCSV || cs != "" && !strings.EqualFold(cs, "utf-8") {
		return badSyntax(http.StatusUnsupportedMediaType, "unsupported_media_type", "the Content-Type is %q; send the file itself as text/csv in UTF-8", c.r.Header.Get("Content-Type"))
	}
	return nil
}

// rows opens the file and puts its lines into the request. broken tells,
// afterwards, whether the file ended before its end.
func (a *api) rows(c *Call, body io.Reader, r *intake.ImportRequest) (broken func() error, err error) {
	cal, err := a.Documents.Calendar(c)
	if err != nil {
		return nil, err
	}
	switch kind := source.Kind(r.Kind); kind {
	case source.Partners:
		file, err := source.OpenPartners(body, cal)
		if err != nil {
			return nil, err
		}
		r.Partners = mapped(file, partnerRow)
		return file.Err, nil
	case source.Pods:
		file, err := source.OpenPods(body, cal)
		if err != nil {
			return nil, err
		}
		r.Pods = mapped(file, podRow)
		return file.Err, nil
	default:
		file, err := source.OpenFacts(kind, body, cal)
		if err != nil {
			return nil, err
		}
		r.Facts = mapped(file, factRow)
		return file.Err, nil
	}
}

// mapped is the rows of a file as the service takes them.
func mapped[T, R any](file *source.File[T], f func(source.Row[T]) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for row := range file.Rows() {
			if !yield(f(row)) {
				return
			}
		}
	}
}

func factRow(r source.Row[channel.Fact]) intake.FactRow {
	return intake.FactRow{Line: r.Line, Fact: r.Value, Err: r.Err}
}

func partnerRow(r source.Row[source.PartnerRow]) documents.PartnerRow {
	return documents.PartnerRow{Line: r.Line, Partner: r.Value.Partner, Plan: r.Value.Plan, PlanFrom: r.Value.PlanFrom,
		Given: documents.Given(r.Value.Given), Err: r.Err}
}

func podRow(r source.Row[source.PodRow]) documents.PodRow {
	return documents.PodRow{Line: r.Line, Pod: r.Value.Pod, Given: documents.Given(r.Value.Given), Err: r.Err}
}
