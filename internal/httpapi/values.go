package httpapi

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/wire"
)

type fitValues struct {
	Body struct{} `body:"stream"`
}

// maxRFM is the size of a file of customers in bytes: a million of them.
const maxRFM = 64 << 20

// fitValues fits the model: on the orders in the store, as of the day that a
// JSON body names; or, with a CSV body, on its rows, and then nothing is stored.
func (a *api) fitValues(c *Call, _ fitValues) error {
	media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if strings.HasPrefix(media, "text/") || media == "application/csv" || media == "application/octet-stream" {
		return a.fitRows(c)
	}
	var q wire.FitRequest
	data, err := readJSON(c.w, c.r)
	if err == nil && len(bytes.TrimSpace(data)) > 0 {
		err = decodeJSON(data, &q)
	}
	if err != nil {
		return err
	}
	out, err := a.Valuing.FitValues(c, c.Actor, q)
	if err != nil {
		return err
	}
	return c.json(out)
}

func (a *api) fitRows(c *Call) error {
	rows, spend, err := source.ReadRFM(http.MaxBytesReader(c.w, c.r.Body, maxRFM))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return badSyntax(http.StatusRequestEntityTooLarge, "body_too_large", "the file is larger than %d bytes", int64(maxRFM))
	}
	if err != nil {
		return err
	}
	out, err := a.Valuing.FitRows(c, c.Actor, rows, spend)
	if err != nil {
		return err
	}
	return c.json(out)
}

func (a *api) customerValue(c *Call, q idPath) (wire.CustomerValue, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return wire.CustomerValue{}, err
	}
	return a.Values.CustomerValue(c, c.Actor, id)
}

type ownerPath struct {
	Owner string `path:"owner" validate:"required,max=80"`
}

func (a *api) portfolio(c *Call, q ownerPath) (wire.Portfolio, error) {
	owner, err := a.owner(c, q.Owner)
	if err != nil {
		return wire.Portfolio{}, err
	}
	return a.Values.Portfolio(c, c.Actor, owner)
}

func (a *api) balance(c *Call, _ none) (wire.Balance, error) {
	return a.Values.Balance(c, c.Actor)
}

// sweep does what the schedules do, the nightly one included.
func (a *api) sweep(c *Call, _ none) (wire.SweepSummary, error) {
	sum, err := a.Sweeper.Sweep(c, c.Actor)
	if err != nil {
		return sum, err
	}
	night, err := a.Sweeper.Night(c, c.Actor, sweep.NightScope{})
	if fault.Is(err, "no_policy_in_force") { // an installation that is being set up
		err = nil
	}
	sum.NightSummary = night
	sum.Failed = append(sum.Failed, night.Failed...)
	return sum, err
}
