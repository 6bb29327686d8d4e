package stash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

const (
	// newestNames is how many names of a list are read to see whether any changed. Reading
	// all of 5 000 takes Stash 0.2 s every minute, these a tenth of it, whatever their number.
	newestNames = 25
	// wholeList bounds the lists that are read whole while the newest names may not show the
	// next change: those of longer ones are left to the sweep.
	wholeList = 5000
	// touchedScenes is for how many scenes with files touched lately a probe tells which moved.
	touchedScenes = 100
)

// probeLimit bounds the answer to a probe: four whole lists with two objects for each name.
var probeLimit = decode.Limit{Bytes: 16 << 20, Objects: 4*2*wholeList + 1000}

// signOf is a list whose sign a probe asks for.
type signOf struct {
	list  scene.ListKind
	kind  budget.Kind
	field string // of the answer
	text  string // the line of the query, with the number of names to come
}

// groupSign asks for groups as Stash calls them since 0.27, movieSign as before.
const (
	groupSign = `findGroups(filter: {per_page: %d, sort: "updated_at", direction: DESC}) { count list: groups { id updated_at name } }`
	movieSign = `findGroups: findMovies(filter: {per_page: %d, sort: "updated_at", direction: DESC}) { count list: movies { id updated_at name } }`
)

var signs = []signOf{
	{scene.TagList, budget.TagSign, "findTags", `findTags(filter: {per_page: %d, sort: "updated_at", direction: DESC}) { count list: tags { id updated_at name } }`},
	{scene.PerformerList, budget.PerformerSign, "findPerformers", `findPerformers(filter: {per_page: %d, sort: "updated_at", direction: DESC}) { count list: performers { id updated_at name disambiguation } }`},
	{scene.StudioList, budget.StudioSign, "findStudios", `findStudios(filter: {per_page: %d, sort: "updated_at", direction: DESC}) { count list: studios { id updated_at name parent_studio { id } } }`},
	{scene.GroupList, budget.GroupSign, "findGroups", groupSign},
	{scene.FileList, budget.FileSign, "touched", `touched: findScenes(filter: {per_page: %d, sort: "id"}, scene_filter: {files_filter: {updated_at: {value: %q, modifier: GREATER_THAN}}}) { count scenes { id updated_at files { id path updated_at } } }`},
}

// Probe asks for the number of scenes and those edited last, as Newest does, and in the same
// request for the signs of all lists of names. known are the signs of the last one. A sign
// that fails for any reason is left out, here and in later probes for growing times, and
// takes nothing else with it: its list is found by the next sweep.
func (c *Client) Probe(ctx context.Context, known scene.Signs) (scene.Probe, error) {
	p := &probe{client: c, known: known, bad: map[budget.Kind]error{}}
	doubt := c.doubts.last()
	if doubt == nil {
		p.signs = c.dueSigns(known)
	}
	if len(p.signs) > 0 {
		err := p.ask(ctx)
		if err != nil || p.scenes {
			return p.out, err
		}
	}
	newest, latest, err := c.Newest(ctx)
	if err == nil && doubt != nil {
		c.doubts.note(nil)
		for _, s := range signs {
			c.budget.Done(s.kind, doubt) // without them it works
		}
	}
	p.out.Newest, p.out.Latest = newest, latest
	return p.out, err
}

// dueSigns are those that may be asked for now.
func (c *Client) dueSigns(known scene.Signs) []signOf {
	c.doubts.mu.Lock()
	defer c.doubts.mu.Unlock()
	var out []signOf
	for _, s := range signs {
		if s.list == scene.FileList && known[s.list].Since == "" || c.budget.Allow(s.kind) != nil {
			continue
		}
		if s.list == scene.GroupList && c.doubts.movies {
			s.text = movieSign
		}
		out = append(out, s)
	}
	return out
}

// probe is one question for scenes and signs.
type probe struct {
	client *Client
	known  scene.Signs
	signs  []signOf
	out    scene.Probe
	scenes bool                  // the scenes came
	bad    map[budget.Kind]error // of the signs that did not
}

// ask puts the question. Without an error each sign has come or is among the bad ones; so
// may the scenes, if a sign took them with it.
func (p *probe) ask(ctx context.Context) error {
	r, err := question{kind: budget.Newest, query: p.query(), limit: probeLimit}.request()
	if err != nil {
		return err
	}
	err = p.client.http.Do(ctx, r, func(rep httpc.Reply) error { return p.take(ctx, rep) })
	switch {
	case err == nil:
		for _, s := range p.signs {
			if _, came := p.out.Signs[s.list]; came || p.bad[s.kind] != nil {
				p.client.budget.Done(s.kind, p.bad[s.kind])
			}
		}
	case !budget.Held(err) && !fault.Is(err, fault.Canceled) && !fault.Is(err, fault.Local):
		p.client.doubts.note(err)
	}
	return err
}

// query has the scenes in its second line, and each sign in one of the next: errors of the
// server name lines.
func (p *probe) query() string {
	lines := []string{"query Newest {", newestScenes}
	for _, s := range p.signs {
		known, n := p.known[s.list], newestNames
		switch {
		case s.list == scene.FileList:
			lines = append(lines, fmt.Sprintf(s.text, touchedScenes, known.Since))
			continue
		case known.Whole:
			n = -1
		}
		lines = append(lines, fmt.Sprintf(s.text, n))
	}
	return strings.Join(append(lines, "}"), "\n")
}

const firstSignLine = 3

func (p *probe) take(ctx context.Context, rep httpc.Reply) error {
	c := p.client
	if err := c.refusal(rep); err != nil {
		return err
	}
	if rep.Code == http.StatusUnprocessableEntity {
		p.misunderstood(rep)
		return nil
	}
	a, err := c.open(ctx, rep)
	if err != nil {
		return err
	}
	for i, e := range a.Errors {
		s, found := p.named(e)
		if !found {
			return c.refused(ctx, a.Errors[i:])
		}
		p.bad[s.kind] = c.problemFault(e)
	}
	var data map[string]json.RawMessage
	if err := unmarshal(a.Data, &data); err != nil {
		return c.notStash(err)
	}
	raw := data["findScenes"]
	if len(p.bad) > 0 && (len(raw) == 0 || string(raw) == "null") {
		return nil // the bad ones took everything else with them
	}
	if err := p.takeScenes(raw); err != nil {
		return err
	}
	at, _ := http.ParseTime(rep.Header.Get("Date"))
	p.out.Signs = scene.Signs{}
	for _, s := range p.signs {
		switch {
		case p.bad[s.kind] != nil:
		case s.list == scene.FileList:
			p.takeFiles(s, data[s.field], at)
		default:
			p.takeSign(s, data[s.field], at)
		}
	}
	if p.known[scene.FileList].Since == "" && !at.IsZero() {
		p.out.Signs[scene.FileList] = scene.Sign{Since: since(at, p.out.Newest.UpdatedAt)}
	}
	return nil
}

// takeFiles takes in the scenes whose files were touched lately. Where these are more than
// are asked for, which of them moved is left to the next sweep of files.
func (p *probe) takeFiles(s signOf, raw json.RawMessage, at time.Time) {
	var list wireNewest
	err := unmarshal(raw, &list)
	if err == nil && (list.Count == nil || list.Scenes == nil || at.IsZero()) {
		err = errors.New("scenes without their number, or at an unknown time")
	}
	var touched []scene.FileStamp
	for _, w := range list.Scenes {
		id, bad := scene.ParseID(w.ID)
		if bad != nil || w.Files == nil {
			err = errors.New("a scene without id or files")
			break
		}
		touched = append(touched, scene.FileStamp{ID: id, UpdatedAt: w.UpdatedAt, Files: files(w.Files)})
	}
	if err != nil {
		p.bad[s.kind] = p.client.notStash(err)
		return
	}
	sign := scene.Sign{Count: *list.Count, Since: since(at, p.out.Newest.UpdatedAt)}
	if *list.Count <= len(touched) {
		p.out.Touched, sign.Digest = touched, digest([]json.RawMessage{raw}, "")
	}
	p.out.Signs[scene.FileList] = sign
}

func (p *probe) takeScenes(raw json.RawMessage) error {
	var list wireNewest
	if err := unmarshal(raw, &list); err != nil {
		return p.client.notStash(err)
	}
	newest, latest, err := p.client.newest(list)
	if err != nil {
		return err
	}
	p.out.Newest, p.out.Latest, p.scenes = newest, latest, true
	return nil
}

// named finds the sign whose part of the question an error names.
func (p *probe) named(e problem) (signOf, bool) {
	if len(e.Path) > 0 {
		for _, s := range p.signs {
			if e.Path[0] == s.field {
				return s, true
			}
		}
		return signOf{}, false
	}
	for _, at := range e.Locations {
		if i := at.Line - firstSignLine; i >= 0 && i < len(p.signs) {
			return p.signs[i], true
		}
	}
	return signOf{}, false
}

// misunderstood leaves out the signs that this Stash does not know, or all where it does not
// say which: without them it tells what else it does not understand.
func (p *probe) misunderstood(rep httpc.Reply) {
	var a answer
	_ = rep.JSON(&a) // no reason is as good as a bad one
	for _, e := range a.Errors {
		if s, found := p.named(e); found {
			p.bad[s.kind] = p.client.unknown(e.Message)
		}
	}
	if len(p.bad) == 0 {
		for _, s := range p.signs {
			p.bad[s.kind] = p.client.unknown("")
		}
	}
	if p.bad[budget.GroupSign] != nil && p.client.doubts.other() {
		delete(p.bad, budget.GroupSign) // asked for by the other name next time
	}
}

func (c *Client) unknown(said string) error {
	return fault.New(fault.Config, fault.Stash, message.New(message.StashFailed), message.New(message.AdviceStashFailed), c.http.Because("", errors.New(said)))
}

// wireList is a list of names as a probe asks for it.
type wireList struct {
	Count *int              `json:"count"`
	List  []json.RawMessage `json:"list"`
}

func (p *probe) takeSign(s signOf, raw json.RawMessage, at time.Time) {
	var list wireList
	err := unmarshal(raw, &list)
	if err == nil && (list.Count == nil || list.List == nil || *list.Count < 0) {
		err = errors.New("a list without names or without their number")
	}
	var sign scene.Sign
	if err == nil {
		sign, err = signFor(*list.Count, list.List, at)
	}
	if err != nil {
		p.bad[s.kind] = p.client.notStash(err)
		return
	}
	p.out.Signs[s.list] = sign
	if s.list == scene.GroupList {
		p.client.doubts.found()
	}
}
