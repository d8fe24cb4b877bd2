package httpapi

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/service"
)

type listCustomers struct {
	Owner string `query:"owner" validate:"max=80"`
	State string `query:"state" validate:"omitempty,oneof=new offered assigned waiting declined churned"`
	page
}

func (a *api) customers(c *Call, q listCustomers) (service.List[service.Customer], error) {
	owner, err := a.owner(c, q.Owner)
	if err != nil {
		return service.List[service.Customer]{}, err
	}
	return a.Service.Customers(c, c.Actor, service.CustomersQuery{Owner: owner, State: q.State, Page: q.page.service()})
}

type partnerCustomers struct {
	idPath
	page
}

func (a *api) partnerCustomers(c *Call, q partnerCustomers) (service.List[service.Customer], error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return service.List[service.Customer]{}, err
	}
	if _, err := a.Service.Partner(c, c.Actor, id); err != nil {
		return service.List[service.Customer]{}, err
	}
	return a.Service.Customers(c, c.Actor, service.CustomersQuery{Owner: channel.PartnerOwner(id), Page: q.page.service()})
}

func (a *api) customer(c *Call, q idPath) (service.CustomerDetail, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return service.CustomerDetail{}, err
	}
	return a.Service.Customer(c, c.Actor, id)
}

type routeCustomer struct {
	idPath
	Preview bool `query:"preview"`
	Body    struct {
		At string `json:"at,omitempty" validate:"max=40"` // as of when, for backfills; absent: now
	} `body:"optional"`
}

func (a *api) route(c *Call, q routeCustomer) (service.RouteResponse, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return service.RouteResponse{}, err
	}
	p := a.parser(c)
	at := p.time("at", q.Body.At)
	if err := p.done(); err != nil {
		return service.RouteResponse{}, err
	}
	return c.decided(a.Service.Route(c, c.Actor, service.RouteRequest{Customer: id, Key: c.Key, Preview: q.Preview, At: at}))
}

// decided sets status and header of an answer that is a decision.
func (c *Call) decided(r service.RouteResponse, err error) (service.RouteResponse, error) {
	c.Created(r.Created && !r.Replayed)
	c.Replayed(r.Replayed)
	return r, err
}

func (a *api) routeAll(c *Call, _ none) (service.RouteSummary, error) {
	s, err := a.Service.RouteAll(c, c.Actor, service.RouteAllRequest{Key: c.Key, Progress: c.progress()})
	c.Replayed(s.Replayed)
	return s, err
}

type assignCustomer struct {
	idPath
	Body struct {
		Owner  string `json:"owner" validate:"required,max=80"`
		Reason string `json:"reason" validate:"required,max=500"`
	} `body:"json"`
}

func (a *api) assign(c *Call, q assignCustomer) (service.RouteResponse, error) {
	id, err := channel.ParseID[channel.CustomerID]("id", q.ID)
	if err != nil {
		return service.RouteResponse{}, err
	}
	owner, err := a.owner(c, q.Body.Owner)
	if err != nil {
		return service.RouteResponse{}, err
	}
	return c.decided(a.Service.Assign(c, c.Actor, service.AssignRequest{Customer: id, Owner: owner, Reason: q.Body.Reason, Key: c.Key}))
}
