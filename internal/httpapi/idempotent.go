package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/fairlead/fairlead/internal/store"
)

// keptAnswer is the stored answer to a keyed request of a route that has no
// memory of keys itself (closing and paying are safe to repeat by their state,
// so the answer may be stored after the work). An answer too large to keep is
// not kept: the work is done again, which changes nothing.
type keptAnswer struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// maxKept is how much of an answer is kept, in bytes.
const maxKept = 300 << 10

// stored marks a row whose answers to keyed requests are kept by the door.
func (r Route) stored() Route { r.Keyed, r.keep = true, true; return r }

// once runs work unless the same caller has had its answer under this key: then
// the kept one is sent again. The same key with another request is a 409.
func (c *Call) once(req any, work func() (any, error)) error {
	if !c.route.keep || c.Key == "" {
		answer, err := work()
		if err != nil {
			return err
		}
		return c.json(answer)
	}
	body, err := json.Marshal(req)
	if err != nil {
		return err
	}
	asked := store.Request{Call: c.r.Method + " " + c.r.URL.Path, Caller: c.caller(), Key: c.Key, Body: string(body)}
	var kept keptAnswer
	found, err := c.store.Replay(c, asked, &kept)
	if err != nil {
		return err
	}
	if found {
		c.replayed, c.status = true, kept.Status
		return c.write("application/json", []byte(kept.Body))
	}
	answer, err := work()
	if err != nil {
		return err
	}
	if err := c.keep(asked, answer); err != nil {
		return err
	}
	return c.json(answer)
}

// keep stores an answer. One that says that work was handed on is not kept: who
// asks again wants to know how it stands, or to go on where it ended. That
// another process stored its own answer to the same request meanwhile is no
// error: both did the same.
func (c *Call) keep(asked store.Request, answer any) error {
	data, err := json.Marshal(answer)
	if err != nil || len(data) > maxKept || c.status == http.StatusAccepted {
		return err
	}
	var b store.Batch
	b.PutStoredAnswer(asked, keptAnswer{Status: c.status, Body: string(data)})
	if err := c.store.Commit(c, &b); err != nil && !store.IsRefused(err) {
		return err
	}
	return nil
}

// caller is who a key belongs to: two users may use the same key.
func (c *Call) caller() string {
	return strings.Join([]string{c.Actor.User, string(c.Actor.Partner), string(c.Actor.Pod)}, " ")
}
