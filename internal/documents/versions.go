package documents

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

func (s *Publisher) info(v store.Version) wire.DocumentInfo {
	return wire.DocumentInfo{Kind: v.Kind, ID: v.ID, Version: v.N, Hash: v.Hash, EffectiveFrom: v.EffectiveFrom, PublishedAt: v.Published, PublishedBy: v.By}
}

// family are the versions of which one at most is in force at any time, each
// with where it stands now, by id and version: of policies all there are, of a
// plan or a programme those of its id.
func (s *Publisher) family(ctx context.Context, m *Current, kind, id string) ([]wire.DocumentInfo, error) {
	var versions []store.Version
	var err error
	if kind == wire.KindPolicy {
		versions, err = s.store.AllVersions(ctx, m.Control, kind)
	} else {
		versions, err = s.store.Versions(ctx, m.Control, kind, id)
	}
	if err != nil {
		return nil, err
	}
	dated := make([]channel.Dated, len(versions))
	if kind == wire.KindProgramme { // it has no date: the newest counts at once
		for i, v := range versions {
			dated[i].Published = int64(v.Seq)
		}
	} else if dated, err = store.Dated(versions, m.Cal); err != nil {
		return nil, err
	}
	out := make([]wire.DocumentInfo, len(versions))
	for i, by := range channel.Superseded(dated, m.Now) {
		out[i] = s.info(versions[i])
		switch {
		case by >= 0:
			out[i].State, out[i].SupersededBy = wire.VersionSuperseded, versions[by].ID+"@"+strconv.Itoa(versions[by].N)
		case dated[i].From.After(m.Now):
			out[i].State = wire.VersionUpcoming
		default:
			out[i].State, out[i].InForce = wire.VersionInForce, true
		}
	}
	slices.SortFunc(out, byVersion)
	return out, nil
}

func byVersion(a, b wire.DocumentInfo) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
}

// Documents lists every version of every document of a kind, by id and version,
// with where it stands now.
func (s *Publisher) Documents(ctx context.Context, a wire.Actor, kind string, p wire.Page) (wire.List[wire.DocumentInfo], error) {
	out := wire.List[wire.DocumentInfo]{Items: []wire.DocumentInfo{}}
	limit, err := p.Size()
	if err != nil {
		return out, err
	}
	at, err := p.Place(kind+" versions", 2)
	if err != nil {
		return out, err
	}
	after := wire.DocumentInfo{ID: at[0]}
	if after.Version, err = wire.ParseNumber(at[1]); err != nil {
		return out, err
	}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	ids := SortedKeys(m.Control.Documents[kind])
	if kind == wire.KindPolicy {
		ids = ids[:min(len(ids), 1)] // all of them are one family
	}
	for _, id := range ids {
		versions, err := s.family(ctx, &m, kind, id)
		if err != nil {
			return out, err
		}
		for _, d := range versions {
			if byVersion(d, after) <= 0 {
				continue
			}
			if len(out.Items) == limit {
				last := out.Items[limit-1]
				out.NextCursor = channel.Cursor(kind+" versions", last.ID, strconv.Itoa(last.Version))
				return out, nil
			}
			out.Items = append(out.Items, d)
		}
	}
	return out, nil
}

// infos are all versions of a document, oldest first: 404 document_not_found.
func (s *Publisher) infos(ctx context.Context, m *Current, kind, id string) ([]wire.DocumentInfo, error) {
	all, err := s.family(ctx, m, kind, id)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(all, func(d wire.DocumentInfo) bool { return d.ID != id })
	if len(own) == 0 {
		return nil, fault.New(fault.NotFound, "document_not_found", "there is no %s %q", kind, fault.Clip(id))
	}
	return own, nil
}

// ProgrammeInForce is the programme with its text: 404 document_not_found where
// none was published.
func (s *Publisher) ProgrammeInForce(ctx context.Context, a wire.Actor) (wire.Document, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Document{}, err
	}
	for id := range m.Control.Documents[wire.KindProgramme] {
		return s.Document(ctx, a, wire.KindProgramme, id, 0)
	}
	return wire.Document{}, fault.New(fault.NotFound, "document_not_found",
		"no programme was published: UTC, no grace days, no minimum payout, routing at first sight")
}

// Document is one version with its text, 0 for the newest. 404
// document_not_found.
func (s *Publisher) Document(ctx context.Context, a wire.Actor, kind, id string, version int) (wire.Document, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Document{}, err
	}
	infos, err := s.infos(ctx, &m, kind, id)
	if err != nil {
		return wire.Document{}, err
	}
	if version == 0 {
		version = len(infos)
	}
	if version < 1 || version > len(infos) {
		return wire.Document{}, fault.New(fault.NotFound, "document_not_found", "%s %q has %d versions, not %d", kind, id, len(infos), version)
	}
	out := wire.Document{DocumentInfo: infos[version-1], Versions: infos}
	content, err := s.store.Content(ctx, out.Hash)
	if err != nil {
		return out, err
	}
	out.Document = content[0]
	if d, err := readDraft(PublishRequest{Kind: kind, Raw: content[0]}, m.Cal); err == nil {
		out.Text = d.text
	}
	return out, nil
}

// DiffDocuments compares two versions, each "ID@VERSION", or "ID" for its newest.
func (s *Publisher) DiffDocuments(ctx context.Context, a wire.Actor, kind string, x, y string) (wire.DocumentDiff, error) {
	var docs [2]wire.Document
	for i, name := range []string{x, y} {
		id, number, given := strings.Cut(name, "@")
		n, err := strconv.Atoi(number)
		if given && (err != nil || n < 1) {
			return wire.DocumentDiff{}, fault.New(fault.Invalid, "invalid_version", "not a version").At("version", "%q: want ID or ID@VERSION", fault.Clip(name))
		}
		if docs[i], err = s.Document(ctx, a, kind, id, n); err != nil {
			return wire.DocumentDiff{}, err
		}
	}
	return wire.DocumentDiff{A: docs[0].DocumentInfo, B: docs[1].DocumentInfo, Changes: diffJSON("", docs[0].Document, docs[1].Document)}, nil
}

// diffJSON lists the values that differ, by path. Lists of objects that have
// names are compared by name, other lists by place.
func diffJSON(path string, a, b json.RawMessage) []wire.Change {
	if bytes.Equal(a, b) {
		return []wire.Change{}
	}
	am, aok := members(a)
	bm, bok := members(b)
	if !aok || !bok {
		return []wire.Change{{Path: path, From: a, To: b}}
	}
	var out []wire.Change
	names := slices.Concat(SortedKeys(am), SortedKeys(bm))
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
		return []wire.Change{{Path: path, From: a, To: b}}
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
