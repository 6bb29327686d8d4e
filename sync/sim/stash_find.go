package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaultPage is how many objects a query without per_page returns.
const defaultPage = 25

// errNilPointer is how Stash says that its database is not open.
const errNilPointer = internalError("runtime error: invalid memory address or nil pointer dereference")

// internalError is a fault inside Stash, as Stash words it.
type internalError string

func (e internalError) Error() string { return "Internal system error. Error <" + string(e) + ">" }

// resolve answers one root field. Only root fields fail, as in every case that was measured.
func (s *Stash) resolve(x *execution, f *ast.Field) (any, error) {
	args := f.ArgumentMap(x.p.vars)
	switch f.Name {
	case "systemStatus":
		return s.systemStatus(), nil
	case "version":
		return mapNode{"Version", map[string]any{"version": s.version, "hash": "cf3489efd", "build_time": "2026-01-11 07:07:53"}}, nil
	case "configuration":
		return s.configuration(), nil
	case "plugins":
		return s.pluginList(), nil
	case "__typename":
		return rootType(x.p.op), nil
	case "jobQueue":
		return nil, nil
	}
	if err := s.broken[f.Name]; err != nil {
		return nil, err
	}
	if x.p.op.Operation == ast.Mutation {
		if playMutations[f.Name] {
			return s.playMutation(f.Name, args)
		}
		return s.mutate(f.Name, asMap(args["input"]))
	}
	if s.state != StashOK {
		return nil, errNilPointer
	}
	return s.find(x, f, args)
}

func (s *Stash) find(x *execution, f *ast.Field, args map[string]any) (any, error) {
	switch f.Name {
	case "findScene":
		return s.findScene(args)
	case "findScenes":
		return s.findScenes(x, f, args)
	case "findFiles":
		return s.findFiles(args)
	case "stats":
		return s.stats(), nil
	case "findTag", "findTags":
		return findNamed(f, args, namedKind[Tag]{"Tags", "tags", s.tags, func(t *Tag) named { return named{t.ID, t.Name, "", t.UpdatedAt} },
			func(t *Tag) node { return tagNode{t} }})
	case "findPerformer", "findPerformers":
		return findNamed(f, args, namedKind[Performer]{"Performers", "performers", s.performers,
			func(p *Performer) named { return named{p.ID, p.Name, p.Disambiguation, p.UpdatedAt} }, func(p *Performer) node { return performerNode{p} }})
	case "findStudio", "findStudios":
		return findNamed(f, args, namedKind[Studio]{"Studios", "studios", s.studios, func(t *Studio) named { return named{t.ID, t.Name, "", t.UpdatedAt} },
			func(t *Studio) node { return studioNode{t} }})
	case "findImages":
		return s.findImages(args)
	case "findGallery", "findGalleries":
		return findNamed(f, args, s.galleryKind())
	case "findGroup", "findGroups":
		return findNamed(f, args, s.groupKind("Group", "groups"))
	case "findMovie", "findMovies":
		return findNamed(f, args, s.groupKind("Movie", "movies"))
	}
	return nil, fmt.Errorf("not simulated: %s", f.Name)
}

func (s *Stash) findScene(args map[string]any) (any, error) {
	id, ok := asID(args["id"])
	if !ok {
		return nil, nil
	}
	n, err := strconv.Atoi(id)
	if err != nil {
		return nil, fmt.Errorf("strconv.Atoi: parsing %q: invalid syntax", id)
	}
	if sc, ok := s.scenes[n]; ok {
		return sceneNode{sc}, nil
	}
	return nil, nil
}

// findScenes: with ids the filters are ignored; an empty ids list is as good as none.
func (s *Stash) findScenes(x *execution, f *ast.Field, args map[string]any) (any, error) {
	if ids, _ := args["ids"].([]any); len(ids) > 0 {
		return s.scenesByID(ids)
	}
	filter := readPage(asMap(args["filter"]))
	order, ok := sceneOrders[filter.sort]
	if !ok {
		return nil, fmt.Errorf("invalid sort: %s", filter.sort)
	}
	test, err := sceneTest(s, asMap(args["scene_filter"]))
	if err != nil {
		return nil, err
	}
	stop := -1
	if filter.sort == "id" && !filter.desc && !x.selects(f, "Scene", "count", "duration", "filesize") {
		stop = filter.end()
	}
	found := s.matching(test, filter.q, stop, asMap(args["scene_filter"]))
	if filter.sort != "id" {
		slices.SortStableFunc(found, order)
	}
	if filter.desc {
		slices.Reverse(found)
	}
	return sceneResult(found, filter.cut(len(found))), nil
}

// selects reports whether one of the names is asked for below f.
func (x *execution) selects(f *ast.Field, typ string, names ...string) bool {
	for _, sub := range x.collect(f, f.SelectionSet, "Find"+typ+"sResultType") {
		if slices.Contains(names, sub.Name) {
			return true
		}
	}
	return false
}

// matching returns the scenes that pass, by id; it stops after stop of them when stop is not negative.
func (s *Stash) matching(test func(*Scene) bool, q string, stop int, filter map[string]any) []*Scene {
	order := s.order
	if after := asMap(filter["id"]); asText(after["modifier"]) == "GREATER_THAN" {
		n, _ := asInt(after["value"])
		from, _ := slices.BinarySearch(order, n+1)
		order = order[from:]
	}
	words := parseSearch(q)
	var found []*Scene
	for _, id := range order {
		if stop >= 0 && len(found) >= stop {
			break
		}
		if sc := s.scenes[id]; test(sc) && searched(sc, words) {
			found = append(found, sc)
		}
	}
	return found
}

func searched(sc *Scene, words search) bool {
	if len(words.must)+len(words.not) == 0 {
		return true
	}
	text := sc.Title + "\n" + sc.Details
	for _, f := range sc.Files {
		text += "\n" + f.Path
	}
	return words.finds(text)
}

func sceneResult(found []*Scene, cut [2]int) node {
	var seconds, bytes float64
	for _, sc := range found {
		for _, f := range sc.Files {
			seconds, bytes = seconds+f.Duration, bytes+float64(f.Size)
		}
	}
	return mapNode{"FindScenesResultType", map[string]any{"count": len(found), "duration": seconds, "filesize": bytes,
		"scenes": nodesOf(found[cut[0]:cut[1]], func(sc *Scene) node { return sceneNode{sc} })}}
}

func (s *Stash) scenesByID(ids []any) (any, error) {
	seen := map[int]bool{}
	var found []*Scene
	for _, v := range ids {
		text, _ := asID(v)
		id, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("validating ids: converting %q to int: invalid syntax", text)
		}
		if seen[id] {
			return nil, fmt.Errorf("validating ids: duplicate id found: %d", id)
		}
		seen[id] = true
		found = append(found, s.scenes[id])
	}
	for i, sc := range found {
		if sc == nil {
			text, _ := asID(ids[i])
			return nil, fmt.Errorf("scene with id %s not found", text)
		}
	}
	return sceneResult(found, [2]int{0, len(found)}), nil
}

// page is FindFilterType after the rules of the real server.
type page struct {
	q, sort string
	desc    bool
	number  int
	per     int // negative: everything
}

func readPage(filter map[string]any) page {
	p := page{q: asText(filter["q"]), sort: asText(filter["sort"]), desc: asText(filter["direction"]) == "DESC", number: 1, per: defaultPage}
	if n, ok := asInt(filter["page"]); ok {
		p.number = max(1, n)
	}
	if n, ok := asInt(filter["per_page"]); ok {
		p.per = n
	}
	return p
}

// end is how many matches the page needs, -1 for all.
func (p page) end() int {
	if p.per < 0 {
		return -1
	}
	return p.number * p.per
}

// cut is the half-open range of the page.
func (p page) cut(n int) [2]int {
	if p.per < 0 {
		return [2]int{0, n}
	}
	return [2]int{min(n, (p.number-1)*p.per), min(n, p.number*p.per)}
}

func byTitle(a, b *Scene) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), cmp.Compare(a.ID, b.ID))
}

func firstPath(sc *Scene) string {
	if len(sc.Files) == 0 {
		return ""
	}
	return sc.Files[0].Path
}

// sceneOrders holds the sorts that are simulated; updated_at and created_at compare as text, as SQLite does.
var sceneOrders = map[string]func(a, b *Scene) int{
	"":           byTitle,
	"title":      byTitle,
	"id":         func(a, b *Scene) int { return cmp.Compare(a.ID, b.ID) },
	"updated_at": func(a, b *Scene) int { return compareStamps(a.UpdatedAt, b.UpdatedAt) },
	"created_at": func(a, b *Scene) int { return compareStamps(a.CreatedAt, b.CreatedAt) },
	"date":       func(a, b *Scene) int { return strings.Compare(a.Date, b.Date) },
	"rating":     func(a, b *Scene) int { return cmp.Compare(a.Rating100, b.Rating100) },
	"path":       func(a, b *Scene) int { return strings.Compare(firstPath(a), firstPath(b)) },
	"tag_count":  func(a, b *Scene) int { return cmp.Compare(len(a.TagIDs), len(b.TagIDs)) },
}
