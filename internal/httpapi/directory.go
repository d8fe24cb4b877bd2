package httpapi

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/wire"
)

// partnerBody is a partner as PUT /partners/{id} takes it: all of it, every
// time. Absent regions, segments and certifications mean all or none as in the
// partners file, absent weight 1, absent capacity unlimited, absent status active.
type partnerBody struct {
	Name           string   `json:"name" validate:"required,max=200"`
	Currency       string   `json:"currency" validate:"required,len=3"`
	Regions        []string `json:"regions,omitempty" validate:"max=300,dive,required,max=64"`
	Segments       []string `json:"segments,omitempty" validate:"max=100,dive,required,max=64"`
	Certifications []string `json:"certifications,omitempty" validate:"max=100,dive,required,max=64"`
	Weight         string   `json:"weight,omitempty" validate:"max=20"`
	Capacity       *int64   `json:"capacity,omitempty" validate:"omitempty,min=0"`
	Status         string   `json:"status,omitempty" validate:"omitempty,oneof=active paused left"`
	Level          string   `json:"level,omitempty" validate:"max=64"`
	Manager        string   `json:"manager,omitempty" validate:"max=200"`
}

type putPartner struct {
	idPath
	Body partnerBody `body:"json"`
}

func (a *api) putPartner(c *Call, q putPartner) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.PutPartner(c, c.Actor, id, wire.PartnerBody(q.Body))
}

func (a *api) partner(c *Call, q idPath) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.Partner(c, c.Actor, id)
}

// partners lists all partners to who may see all, and a partner itself.
func (a *api) partners(c *Call, q page) (wire.List[wire.Partner], error) {
	if c.Actor.SeesAll() {
		return a.Registrar.Partners(c, c.Actor, q.wire())
	}
	p, err := a.Registrar.Partner(c, c.Actor, c.Actor.Partner)
	return wire.List[wire.Partner]{Items: []wire.Partner{p}}, err
}

type assignPlan struct {
	idPath
	Body struct {
		Plan string `json:"plan" validate:"required,max=64"`
		From string `json:"from" validate:"required,max=40"`
		To   string `json:"to,omitempty" validate:"max=40"`
	} `body:"json"`
}

func (a *api) assignPlan(c *Call, q assignPlan) (wire.Partner, error) {
	id, err := channel.ParseID[channel.PartnerID]("id", q.ID)
	if err != nil {
		return wire.Partner{}, err
	}
	plan, err := channel.ParseID[channel.PlanID]("plan", q.Body.Plan)
	if err != nil {
		return wire.Partner{}, err
	}
	return a.Registrar.AssignPlan(c, c.Actor, documents.AssignPlanRequest{
		Partner: id, PlanAssignment: wire.PlanAssignment{Plan: plan, From: q.Body.From, To: q.Body.To},
	})
}

// podBody is a pod as PUT /pods/{id} takes it.
type podBody struct {
	Name     string   `json:"name" validate:"required,max=200"`
	Regions  []string `json:"regions,omitempty" validate:"max=300,dive,required,max=64"`
	Capacity *int64   `json:"capacity,omitempty" validate:"omitempty,min=0"`
	Kind     string   `json:"kind,omitempty" validate:"omitempty,oneof=field inside online"`
	Status   string   `json:"status,omitempty" validate:"omitempty,oneof=active paused left"`
	Manager  string   `json:"manager,omitempty" validate:"max=200"`
}

type putPod struct {
	idPath
	Body podBody `body:"json"`
}

func (a *api) putPod(c *Call, q putPod) (wire.Pod, error) {
	id, err := channel.ParseID[channel.PodID]("id", q.ID)
	if err != nil {
		return wire.Pod{}, err
	}
	return a.Registrar.PutPod(c, c.Actor, id, wire.PodBody(q.Body))
}

func (a *api) pod(c *Call, q idPath) (wire.Pod, error) {
	id, err := channel.ParseID[channel.PodID]("id", q.ID)
	if err != nil {
		return wire.Pod{}, err
	}
	return a.Registrar.Pod(c, c.Actor, id)
}

// pods lists all pods to who may see all, and a pod itself.
func (a *api) pods(c *Call, q page) (wire.List[wire.Pod], error) {
	if c.Actor.SeesAll() {
		return a.Registrar.Pods(c, c.Actor, q.wire())
	}
	p, err := a.Registrar.Pod(c, c.Actor, c.Actor.Pod)
	return wire.List[wire.Pod]{Items: []wire.Pod{p}}, err
}
