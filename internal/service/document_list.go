package service

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
)

func (s *Service) info(v store.Version) DocumentInfo {
	return DocumentInfo{Kind: v.Kind, ID: v.ID, Version: v.N, Hash: v.Hash, EffectiveFrom: v.EffectiveFrom, PublishedAt: v.Published, PublishedBy: v.By}
}

// inForce reports whether a version is the one that counts now. Of policies one
// is in force, of each plan one version.
func (s *Service) inForce(ctx context.Context, m *moment, v store.Version) (bool, error) {
	switch v.Kind {
	case KindPolicy:
		all, err := s.policyVersions(ctx, m)
		if err != nil {
			return false, err
		}
		i := channel.InForce(all.from, m.now)
		return i >= 0 && all.all[i].ID == v.ID && all.all[i].N == v.N, nil
	case KindPlan:
		versions, err := s.store.Versions(ctx, m.control, v.Kind, v.ID)
		if err != nil {
			return false, err
		}
		today, best := m.now.In(m.cal.Location()).Format("2006-01-02"), store.Version{}
		for _, x := range versions {
			if x.EffectiveFrom <= today && x.EffectiveFrom >= best.EffectiveFrom {
				best = x
			}
		}
		return best.N == v.N, nil
	}
	return m.control.Newest(v.Kind, v.ID) == v.N, nil
}

// Documents lists the newest version of every document of a kind, by id.
func (s *Service) Documents(ctx context.Context, a Actor, kind string, p Page) (List[DocumentInfo], error) {
	out := List[DocumentInfo]{Items: []DocumentInfo{}}
	limit, err := p.limit()
	if err != nil {
		return out, err
	}
	at, err := p.place(kind, 1)
	if err != nil {
		return out, err
	}
	m, err := s.moment(ctx)
	if err != nil {
		return out, err
	}
	for _, id := range sortedKeys(m.control.Documents[kind]) {
		if id <= at[0] && at[0] != "" {
			continue
		}
		if len(out.Items) == limit {
			out.NextCursor = channel.Cursor(kind, out.Items[limit-1].ID)
			break
		}
		infos, err := s.infos(ctx, &m, kind, id)
		if err != nil {
			return out, err
		}
		newest := infos[len(infos)-1]
		newest.InForce = slices.ContainsFunc(infos, func(x DocumentInfo) bool { return x.InForce })
		out.Items = append(out.Items, newest)
	}
	return out, nil
}

// infos are all versions of a document, oldest first: 404 document_not_found.
func (s *Service) infos(ctx context.Context, m *moment, kind, id string) ([]DocumentInfo, error) {
	versions, err := s.store.Versions(ctx, m.control, kind, id)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, fault.New(fault.NotFound, "document_not_found", "there is no %s %q", kind, clip(id))
	}
	out := make([]DocumentInfo, len(versions))
	for i, v := range versions {
		out[i] = s.info(v)
		if out[i].InForce, err = s.inForce(ctx, m, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Document is one version with its text, 0 for the newest. 404
// document_not_found.
func (s *Service) Document(ctx context.Context, a Actor, kind, id string, version int) (Document, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return Document{}, err
	}
	infos, err := s.infos(ctx, &m, kind, id)
	if err != nil {
		return Document{}, err
	}
	if version == 0 {
		version = len(infos)
	}
	if version < 1 || version > len(infos) {
		return Document{}, fault.New(fault.NotFound, "document_not_found", "%s %q has %d versions, not %d", kind, id, len(infos), version)
	}
	out := Document{DocumentInfo: infos[version-1], Versions: infos}
	content, err := s.store.Content(ctx, out.Hash)
	if err != nil {
		return out, err
	}
	out.Document = content[0]
	if d, err := readDraft(PublishRequest{Kind: kind, Raw: content[0]}, m.cal); err == nil {
		out.Text = d.text
	}
	return out, nil
}

// DiffDocuments compares two versions, each "ID@VERSION", or "ID" for its newest.
func (s *Service) DiffDocuments(ctx context.Context, a Actor, kind string, x, y string) (DocumentDiff, error) {
	var docs [2]Document
	for i, name := range []string{x, y} {
		id, number, given := strings.Cut(name, "@")
		n, err := strconv.Atoi(number)
		if given && (err != nil || n < 1) {
			return DocumentDiff{}, fault.New(fault.Invalid, "invalid_version", "not a version").At("version", "%q: want ID or ID@VERSION", clip(name))
		}
		if docs[i], err = s.Document(ctx, a, kind, id, n); err != nil {
			return DocumentDiff{}, err
		}
	}
	return DocumentDiff{A: docs[0].DocumentInfo, B: docs[1].DocumentInfo, Changes: diffJSON("", docs[0].Document, docs[1].Document)}, nil
}

// diffJSON lists the values that differ, by path. Lists of objects that have
// names are compared by name, other lists by place.
func diffJSON(path string, a, b json.RawMessage) []Change {
	if bytes.Equal(a, b) {
		return []Change{}
	}
	am, aok := members(a)
	bm, bok := members(b)
	if !aok || !bok {
		return []Change{{Path: path, From: a, To: b}}
	}
	var out []Change
	names := slices.Concat(sortedKeys(am), sortedKeys(bm))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		below := name
		if path != "" && !strings.HasPrefix(name, "[") {
			below = path + "." + name
		} else if path != "" {
			below = path + name
		}
		if !bytes.Equal(am[name], bm[name]) {
			out = append(out, diffJSON(below, am[name], bm[name])...)
		}
	}
	if out == nil { // the same things in another order
		return []Change{{Path: path, From: a, To: b}}
	}
	return out
}

// members are the parts of an object, or of a list by name or place.
func members(raw json.RawMessage) (map[string]json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &object) == nil {
		return object, true
	}
	var list []json.RawMessage
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, false
	}
	byName, byPlace := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for i, x := range list {
		var named struct{ Name string }
		if len(x) > 0 && x[0] == '{' && json.Unmarshal(x, &named) == nil && named.Name != "" {
			byName["["+named.Name+"]"] = x
		}
		byPlace["["+strconv.Itoa(i)+"]"] = x
	}
	if len(byName) == len(list) {
		return byName, true
	}
	return byPlace, true
}
