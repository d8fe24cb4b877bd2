package httpapi

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/wire"
)

type putPartner struct {
	idPath
	Body wire.PartnerBody `body:"json"`
}

func (a *api) putPartner(c *Call, q putPartner) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.PutPartner(c, c.Actor, id, q.Body)
}

func (a *api) partner(c *Call, q idPath) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.Partner(c, c.Actor, id)
}

// partners lists all partners to who may see all, and a partner itself.
func (a *api) partners(c *Call, q wire.Page) (wire.List[wire.Partner], error) {
	if c.Actor.SeesAll() {
		return a.Registrar.Partners(c, c.Actor, q)
	}
	p, err := a.Registrar.Partner(c, c.Actor, c.Actor.Partner)
	return wire.List[wire.Partner]{Items: []wire.Partner{p}}, err
}

type assignPlan struct {
	idPath
	Body wire.AssignPlanRequest `body:"json"`
}

func (a *api) assignPlan(c *Call, q assignPlan) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	plan, err := channel.ParseID[channel.PlanID]("plan", string(q.Body.Plan))
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.AssignPlan(c, c.Actor, documents.AssignPlanRequest{
		Partner: id, PlanAssignment: wire.PlanAssignment{Plan: plan, From: q.Body.From, To: q.Body.To},
	})
}

type putPod struct {
	idPath
	Body wire.PodBody `body:"json"`
}

func (a *api) putPod(c *Call, q putPod) (wire.Pod, error) {
	id, err := channel.ParseID[channel.PodID]("id", q.ID)
	if err != nil {
		return wire.Pod{}, err
	}
	return a.Registrar.PutPod(c, c.Actor, id, q.Body)
}

func (a *api) pod(c *Call, q idPath) (wire.Pod, error) {
	id, err := channel.ParseID[channel.PodID]("id", q.ID)
	if err != nil {
		return wire.Pod{}, err
	}
	return a.Registrar.Pod(c, c.Actor, id)
}

// pods lists all pods to who may see all, and a pod itself.
func (a *api) pods(c *Call, q wire.Page) (wire.List[wire.Pod], error) {
	if c.Actor.SeesAll() {
		return a.Registrar.Pods(c, c.Actor, q)
	}
	p, err := a.Registrar.Pod(c, c.Actor, c.Actor.Pod)
	return wire.List[wire.Pod]{Items: []wire.Pod{p}}, err
}
