package assign

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// RouteAll routes everyone not yet routed, and everyone waiting; the most
// valuable first, since room may be short.
func (s *Assign) RouteAll(ctx context.Context, a wire.Actor, r RouteAllRequest) (wire.RouteSummary, error) {
	req := store.Request{Call: "POST /v1/routes", Caller: a.User, Key: r.Key, Body: struct{}{}}
	var before wire.RouteSummary
	if found, err := s.store.Replay(ctx, req, &before); found || err != nil {
		before.Replayed = true
		return before, err
	}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.RouteSummary{}, err
	}
	if _, err := s.docs.PolicyAt(ctx, &m, m.Now); err != nil {
		return wire.RouteSummary{}, err
	}
	stem := r.Key
	if stem == "" {
		stem = "at " + m.Now.Format(time.RFC3339)
	}
	jobs, err := s.unrouted(ctx, &m)
	if err != nil {
		return wire.RouteSummary{}, err
	}
	for i := range jobs {
		jobs[i].Key = "all " + stem + " " + string(jobs[i].After)
		jobs[i].Cause, jobs[i].By = routing.ByCall, a.User
	}
	run := TheseJobs(jobs)
	run.progress = r.Progress
	sum, err := s.router.Bulk(ctx, run)
	if err != nil {
		return sum, err
	}
	return sum, s.store.KeepAnswer(ctx, req, sum)
}

// unrouted are all customers without a decision and all that wait, the most
// valuable first, then by id.
func (s *Assign) unrouted(ctx context.Context, m *documents.Current) ([]BulkJob, error) {
	var jobs []BulkJob
	for bucket := range store.Buckets {
		for head, err := range s.store.Heads(ctx, bucket, "") {
			if err != nil {
				return nil, err
			}
			if head.Decision == "" || head.State == wire.StateWaiting {
				j, err := s.router.Valued(ctx, m, head)
				if err != nil {
					return nil, err
				}
				jobs = append(jobs, j)
			}
		}
	}
	slices.SortFunc(jobs, MostValuableFirst)
	return jobs, nil
}
