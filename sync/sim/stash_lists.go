package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// named is what tags, performers and studios have in common.
type named struct {
	id      int
	name    string
	extra   string
	updated time.Time
}

type namedKind[T any] struct {
	plural, field string
	from          map[int]*T
	key           func(*T) named
	wrap          func(*T) node
}

// findNamed answers findTag, findTags and the like.
func findNamed[T any](f *ast.Field, args map[string]any, k namedKind[T]) (any, error) {
	if !strings.HasSuffix(f.Name, "s") {
		n, _ := asInt(args["id"])
		if v, ok := k.from[n]; ok {
			return k.wrap(v), nil
		}
		return nil, nil
	}
	filter := readPage(asMap(args["filter"]))
	found, err := k.choose(args)
	if err != nil {
		return nil, err
	}
	if len(asInts(args["ids"])) > 0 {
		filter.per = -1
	} else if err := k.order(found, filter); err != nil {
		return nil, err
	}
	cut := filter.cut(len(found))
	return mapNode{"Find" + k.plural + "ResultType", map[string]any{"count": len(found), k.field: nodesOf(found[cut[0]:cut[1]], k.wrap)}}, nil
}

func (k namedKind[T]) choose(args map[string]any) ([]*T, error) {
	if ids := asInts(args["ids"]); len(ids) > 0 {
		var out []*T
		for _, id := range ids {
			v, ok := k.from[id]
			if !ok {
				return nil, fmt.Errorf("%s with id %d not found", strings.TrimSuffix(k.field, "s"), id)
			}
			out = append(out, v)
		}
		return out, nil
	}
	all := sortedValues(k.from)
	filter := asMap(args[strings.TrimSuffix(k.field, "s")+"_filter"])
	q := strings.ToLower(asText(asMap(args["filter"])["q"]))
	var failed error
	out := slices.DeleteFunc(all, func(v *T) bool {
		key := k.key(v)
		ok, err := relatedTest(filter, key)
		if err != nil {
			failed = err
		}
		return !ok || !strings.Contains(strings.ToLower(key.name), q)
	})
	return out, failed
}

func (k namedKind[T]) order(found []*T, p page) error {
	switch p.sort {
	case "", "name":
		slices.SortStableFunc(found, func(a, b *T) int {
			x, y := k.key(a), k.key(b)
			return cmp.Or(strings.Compare(strings.ToLower(x.name), strings.ToLower(y.name)), -strings.Compare(x.extra, y.extra))
		})
	case "updated_at":
		slices.SortStableFunc(found, func(a, b *T) int { return compareStamps(k.key(a).updated, k.key(b).updated) })
	case "id":
	default:
		return fmt.Errorf("invalid sort: %s", p.sort)
	}
	if p.desc {
		slices.Reverse(found)
	}
	return nil
}

// relatedTest applies a TagFilterType or the like.
func relatedTest(filter map[string]any, key named) (bool, error) {
	ok, err := testStamp(filter["updated_at"], key.updated)
	if err != nil || !ok {
		return false, err
	}
	return testText(filter["name"], key.name)
}

func (s *Stash) findFiles(args map[string]any) (any, error) {
	filter := asMap(args["file_filter"])
	var found []*File
	for _, id := range s.order {
		for _, f := range s.scenes[id].Files {
			ok, err := testFile(filter, f)
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, f)
			}
		}
	}
	slices.SortFunc(found, func(a, b *File) int { return cmp.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b *File) bool { return a.ID == b.ID })
	cut := readPage(asMap(args["filter"])).cut(len(found))
	nodes := nodesOf(found[cut[0]:cut[1]], func(f *File) node { return fileNode{f} })
	return mapNode{"FindFilesResultType", map[string]any{"count": len(found), "files": nodes}}, nil
}

func (s *Stash) stats() node {
	var size, seconds float64
	for _, sc := range s.scenes {
		for _, f := range sc.Files {
			size, seconds = size+float64(f.Size), seconds+f.Duration
		}
	}
	return mapNode{"StatsResultType", map[string]any{"scene_count": len(s.scenes), "scenes_size": size, "scenes_duration": seconds,
		"performer_count": len(s.performers), "studio_count": len(s.studios), "tag_count": len(s.tags), "total_play_count": 0}}
}

func (s *Stash) systemStatus() node {
	schema, db := 75, "/srv/stash/stash-go.sqlite"
	switch s.state {
	case StashSetup:
		schema, db = 0, ""
	case StashNeedsMigration:
		schema = 74
	}
	return mapNode{"SystemStatus", map[string]any{"status": string(s.state), "databaseSchema": schema, "appSchema": 75,
		"databasePath": db, "configPath": "/srv/stash/config.yml", "os": "linux", "workingDir": "/srv/stash", "homeDir": "/root",
		"ffmpegPath": "/usr/bin/ffmpeg", "ffprobePath": "/usr/bin/ffprobe"}}
}

// configuration tells an authenticated caller the key, as the real one does.
func (s *Stash) configuration() node {
	user := ""
	if s.apiKey != "" {
		user = "keeper"
	}
	roots := nodesOf(s.roots, func(root string) node {
		return mapNode{"StashConfig", map[string]any{"path": root, "excludeVideo": false, "excludeImage": false}}
	})
	general := mapNode{"ConfigGeneralResult", map[string]any{"stashes": roots, "databasePath": "/srv/stash/stash-go.sqlite",
		"apiKey": s.apiKey, "username": user, "parallelTasks": 1}}
	return mapNode{"ConfigResult", map[string]any{"general": general, "plugins": pluginSettings{s.plugins}}}
}

// SetRoots replaces the library folders that configuration reports.
func (s *Stash) SetRoots(roots ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roots = slices.Clone(roots)
}

// TagID returns the id of the tag with the name, made when there is none. Names are compared without letter case.
func (s *Stash) TagID(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, t := range s.tags {
		if strings.EqualFold(t.Name, name) {
			return id
		}
	}
	return s.addTag(name, s.stamp())
}

// PerformerID returns the id of the performer with name and disambiguation, made when there is none.
func (s *Stash) PerformerID(name, disambiguation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, p := range s.performers {
		if strings.EqualFold(p.Name, name) && p.Disambiguation == disambiguation {
			return id
		}
	}
	return s.addPerformer(name, disambiguation, s.stamp())
}

// StudioID returns the id of the studio with the name, made without a parent when there is none.
func (s *Stash) StudioID(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, st := range s.studios {
		if strings.EqualFold(st.Name, name) {
			return id
		}
	}
	return s.addStudio(name, 0, s.stamp())
}

// Names of tags, performers or studios by id, for tests and the oracle: kind is "tag", "performer" or "studio".
func (s *Stash) Names(kind string, ids ...int) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.names(kind, ids)
}

func (s *Stash) names(kind string, ids []int) []string {
	var out []string
	for _, id := range ids {
		name := strconv.Itoa(id)
		switch kind {
		case "tag":
			name = s.tags[id].Name
		case "performer":
			name = s.performers[id].Name
		case "studio":
			name = s.studios[id].Name
		}
		out = append(out, name)
	}
	return out
}
