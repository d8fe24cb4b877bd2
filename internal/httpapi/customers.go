package httpapi

import (
	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

type listCustomers struct {
	Owner string `query:"owner" validate:"max=80"`
	State string `query:"state" validate:"omitempty,oneof=new offered assigned waiting declined churned"`
	wire.Page
}

func (a *api) customers(c *Call, q listCustomers) (wire.List[wire.Customer], error) {
	owner, err := a.owner(c, q.Owner)
	if err != nil {
		return wire.List[wire.Customer]{}, err
	}
	return a.Views.Customers(c, c.Actor, wire.CustomersQuery{Owner: owner, State: q.State, Page: q.Page})
}

type partnerCustomers struct {
	idPath
	wire.Page
}

func (a *api) partnerCustomers(c *Call, q partnerCustomers) (wire.List[wire.Customer], error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.List[wire.Customer]{}, err
	}
	if _, err := a.Registrar.Partner(c, c.Actor, id); err != nil {
		return wire.List[wire.Customer]{}, err
	}
	return a.Views.Customers(c, c.Actor, wire.CustomersQuery{Owner: channel.PartnerOwner(id), Page: q.Page})
}

func (a *api) customer(c *Call, q idPath) (wire.CustomerDetail, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return wire.CustomerDetail{}, err
	}
	return a.Views.Customer(c, c.Actor, id)
}

type routeCustomer struct {
	idPath
	Preview bool              `query:"preview"`
	Body    wire.RouteRequest `body:"optional"`
}

func (a *api) route(c *Call, q routeCustomer) (wire.RouteResponse, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return wire.RouteResponse{}, err
	}
	p := a.parser(c)
	at := p.time("at", q.Body.At)
	if err := p.done(); err != nil {
		return wire.RouteResponse{}, err
	}
	return c.decided(a.Assign.Route(c, c.Actor, assign.RouteRequest{Customer: id, Key: c.Key, Preview: q.Preview, At: at}))
}

// decided sets status and header of an answer that is a decision.
func (c *Call) decided(r wire.RouteResponse, err error) (wire.RouteResponse, error) {
	c.Created(r.Created && !r.Replayed)
	c.Replayed(r.Replayed)
	return r, err
}

func (a *api) routeAll(c *Call, _ none) (wire.RouteSummary, error) {
	s, err := a.Assign.RouteAll(c, c.Actor, assign.RouteAllRequest{Key: c.Key, Progress: c.progress()})
	c.Replayed(s.Replayed)
	return s, err
}

type assignCustomer struct {
	idPath
	Body wire.AssignRequest `body:"json"`
}

func (a *api) assign(c *Call, q assignCustomer) (wire.RouteResponse, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return wire.RouteResponse{}, err
	}
	owner, err := a.owner(c, q.Body.Owner)
	if err != nil {
		return wire.RouteResponse{}, err
	}
	return c.decided(a.Assign.Assign(c, c.Actor, assign.ByHandRequest{Customer: id, Owner: owner, Reason: q.Body.Reason, Key: c.Key}))
}
