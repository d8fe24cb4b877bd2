package httpapi

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/wire"
)

type periodPath struct {
	Period string `path:"period"`
}

func (a *api) closePeriod(c *Call, q periodPath) (wire.PeriodStatus, error) {
	period, err := channel.ParsePeriod("period", q.Period)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	status, err := a.Work.Close(c, closing.CloseRequest{Period: period, User: c.Actor.User, Progress: c.progressOf()})
	c.Accepted(status.Started)
	return status, err
}

func (a *api) period(c *Call, q periodPath) (wire.PeriodStatus, error) {
	period, err := channel.ParsePeriod("period", q.Period)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	status, err := a.Closing.Period(c, period)
	if err == nil {
		status.Work, err = a.Work.Working(c, closing.CloseName(period))
	}
	return status, err
}

type prepareRun struct {
	Body wire.PrepareRequest `body:"json"`
}

func (a *api) prepare(c *Call, q prepareRun) (wire.Run, error) {
	period, err := channel.ParsePeriod("period", q.Body.Period)
	if err != nil {
		return wire.Run{}, err
	}
	run, err := a.Runs.Prepare(c, paying.PrepareRequest{Period: period, User: c.Actor.User})
	c.Created(err == nil && !run.Existing)
	return run, err
}

func (a *api) runs(c *Call, q wire.Page) (wire.List[wire.Run], error) {
	return a.Runs.Runs(c, q)
}

func (a *api) run(c *Call, q idPath) (wire.Run, error) {
	run, err := a.Runs.Show(c, q.ID)
	if err != nil {
		return run, err
	}
	name, err := paying.PayName(q.ID)
	if err == nil {
		run.Work, err = a.Work.Working(c, name)
	}
	return run, err
}

type runLines struct {
	idPath
	wire.Page
}

func (a *api) runLines(c *Call, q runLines) (wire.List[wire.RunLine], error) {
	return a.Runs.Lines(c, q.ID, q.Page)
}

func (a *api) runDiff(c *Call, q idPath) (wire.Diff, error) { return a.Runs.Diff(c, q.ID) }

type approveRun struct {
	idPath
	Body wire.ApproveRequest `body:"optional"`
}

func (a *api) approve(c *Call, q approveRun) (wire.Run, error) {
	return a.Runs.Approve(c, paying.ApproveRequest{Run: q.ID, User: c.Actor.User, Override: q.Body.Override, Reason: q.Body.Reason})
}

type denyRun struct {
	idPath
	Body wire.DenyRequest `body:"json"`
}

func (a *api) deny(c *Call, q denyRun) (wire.Run, error) {
	return a.Runs.Deny(c, paying.DenyRequest{Run: q.ID, User: c.Actor.User, Reason: q.Body.Reason})
}

func (a *api) pay(c *Call, q idPath) (wire.Run, error) {
	run, err := a.Work.Pay(c, paying.PayRequest{Run: q.ID, User: c.Actor.User, Progress: c.progressOf()})
	c.Accepted(run.Started)
	return run, err
}

type confirmRun struct {
	idPath
	Body wire.ConfirmRequest `body:"optional"`
}

func (a *api) confirm(c *Call, q confirmRun) (wire.Run, error) {
	return a.Payer.Confirm(c, paying.ConfirmRequest{Run: q.ID, Line: q.Body.Line, User: c.Actor.User})
}

// payments is the payments file of a run, made whole before the first byte
// goes out: half a payments file is worse than none.
func (a *api) payments(c *Call, q idPath) error {
	var file bytes.Buffer
	if err := a.Payer.Payments(c, q.ID, &file); err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", `attachment; filename="payments-`+safeName(q.ID)+`.csv"`)
	return c.write("text/csv; charset=utf-8", bytes.TrimSuffix(file.Bytes(), []byte("\n")))
}

// safeName keeps the characters of an id; nothing else belongs into a header.
func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return -1
	}, s)
}

type listStatements struct {
	idPath
	wire.Page
}

func (a *api) statements(c *Call, q listStatements) (wire.List[wire.StatementSummary], error) {
	id, err := a.partnerID(c, q.ID)
	if err != nil {
		return wire.List[wire.StatementSummary]{}, err
	}
	return a.Statements.Statements(c, id, q.Page)
}

// partnerID is the id of a partner that exists and that the actor may see.
func (a *api) partnerID(c *Call, s string) (channel.PartnerID, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", s)
	if err != nil {
		return "", err
	}
	_, err = a.Registrar.Partner(c, c.Actor, id)
	return id, err
}

type getStatement struct {
	idPath
	Period  string `path:"period"`
	Preview bool   `query:"preview"`
	Format  string `query:"format" validate:"omitempty,oneof=json html csv"`
}

// statement answers in the format asked for by ?format= or by Accept.
func (a *api) statement(c *Call, q getStatement) error {
	id, err := a.partnerID(c, q.ID)
	if err != nil {
		return err
	}
	period, err := channel.ParsePeriod("period", q.Period)
	if err != nil {
		return err
	}
	doc, err := a.Statements.Statement(c, closing.StatementRequest{Partner: id, Period: period, Preview: q.Preview})
	if err != nil {
		return err
	}
	c.w.Header().Add("Vary", "Accept")
	var page bytes.Buffer
	switch format(q.Format, c.r) {
	case "html":
		if err := statement.HTML(&page, doc); err != nil {
			return err
		}
		return c.write("text/html; charset=utf-8", page.Bytes())
	case "csv":
		if err := statement.CSV(&page, doc); err != nil {
			return err
		}
		c.w.Header().Set("Content-Disposition", `attachment; filename="statement-`+safeName(q.ID)+"-"+string(period)+`.csv"`)
		return c.write("text/csv; charset=utf-8", bytes.TrimSuffix(page.Bytes(), []byte("\n")))
	}
	return c.json(doc)
}

// format is what was asked for by name, else the first of JSON, HTML and CSV
// that Accept names, else JSON.
func format(asked string, r *http.Request) string {
	if asked != "" {
		return asked
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		media, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch media {
		case "application/json":
			return "json"
		case "text/html":
			return "html"
		case "text/csv":
			return "csv"
		}
	}
	return "json"
}

type getLedger struct {
	idPath
	Period string `query:"period" validate:"required"`
}

func (a *api) ledger(c *Call, q getLedger) (wire.PartnerLedger, error) {
	id, err := a.partnerID(c, q.ID)
	if err != nil {
		return wire.PartnerLedger{}, err
	}
	period, err := channel.ParsePeriod("period", q.Period)
	if err != nil {
		return wire.PartnerLedger{}, err
	}
	return a.Runs.Ledger(c, id, period)
}

// emptyStatement stands for the type in the table of routes.
var emptyStatement statement.Document
