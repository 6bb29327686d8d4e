package sim

import (
	"slices"
	"sync"
	"time"
)

// StashState is what systemStatus reports.
type StashState string

// The states; outside StashOK every query of the library fails with a nil pointer message and HTTP 200.
const (
	StashOK             StashState = "OK"
	StashSetup          StashState = "SETUP"
	StashNeedsMigration StashState = "NEEDS_MIGRATION"
)

// stashVersion is the release whose behaviour was measured.
const stashVersion = "v0.30.1-19-gcf3489efd"

// Stash is a simulated Stash server. Kinds of requests in Counts: the name of the first field of a query or mutation
// ("findScenes", "findScene", "findTags", "sceneUpdate", …), "graphql" for one that does not parse, "screenshot",
// "websocket", "healthz", "login" and "page" for everything else.
type Stash struct {
	Server

	mu         sync.RWMutex
	now        func() time.Time
	zone       *time.Location
	state      StashState
	version    string
	apiKey     string
	exposed    bool
	roots      []string
	scenes     map[int]*Scene
	order      []int // scene ids, ascending
	tags       map[int]*Tag
	performers map[int]*Performer
	studios    map[int]*Studio
	groups     map[int]*Group
	galleries  map[int]*Gallery
	images     map[int]*Image
	plugins    []Plugin
	lacks      []string         // root fields it does not know
	broken     map[string]error // by root field, what it answers with
	last       struct{ scene, file, tag, performer, studio, group, gallery, image, job int }

	editing sync.Mutex // one Edit at a time; taken before mu
	jobs    jobFeed
	jobTime time.Duration
}

func newStash(opt Options) *Stash {
	s := &Stash{
		now: opt.Now, zone: opt.StashZone, state: StashOK, version: stashVersion, apiKey: opt.StashAPIKey, roots: []string{opt.StashRoot},
		scenes: make(map[int]*Scene, opt.Scenes), order: make([]int, 0, opt.Scenes),
		tags: map[int]*Tag{}, performers: map[int]*Performer{}, studios: map[int]*Studio{}, groups: map[int]*Group{}, galleries: map[int]*Gallery{}, images: map[int]*Image{}, broken: map[string]error{}, jobTime: opt.ScanTime,
	}
	s.Server.init(stashPhrases, s.classifyCall, s.route)
	return s
}

// Scene is a scene as Stash stores it. Ids of tags, performers and the studio must exist.
type Scene struct {
	ID           int
	Title        string
	Code         string
	Details      string
	Director     string
	Date         string // YYYY, YYYY-MM, YYYY-MM-DD or ""
	Rating100    int    // 0 = none
	Organized    bool
	URLs         []string
	StudioID     int // 0 = none
	PerformerIDs []int
	TagIDs       []int
	Groups       []GroupLink
	GalleryIDs   []int
	StashIDs     []StashID
	Files        []*File // the first is the primary one
	CreatedAt    time.Time
	UpdatedAt    time.Time
	// Plays, Resume and Watched are what players report; none of them bumps UpdatedAt.
	Plays   []time.Time // in no particular order
	Resume  float64     // seconds
	Watched float64     // seconds, all plays together

	cover cover
}

// File is a video file.
type File struct {
	ID        int
	Path      string
	Size      int64
	Duration  float64
	Width     int // 0 = 1920
	Height    int // 0 = 1080
	Oshash    string
	ModTime   time.Time
	UpdatedAt time.Time
}

// Tag is a tag.
type Tag struct {
	ID        int
	Name      string
	Aliases   []string
	ParentIDs []int
	UpdatedAt time.Time
}

// Performer is a performer; two may share a name and differ only in the disambiguation.
type Performer struct {
	ID             int
	Name           string
	Disambiguation string
	Gender         string // as in GenderEnum, "" = not said
	Country        string
	TagIDs         []int
	Picture        bool // of its own
	UpdatedAt      time.Time
}

// Studio is a studio; ParentID 0 means none.
type Studio struct {
	ID        int
	Name      string
	Details   string
	ParentID  int
	UpdatedAt time.Time
	image     []byte // its logo; nil: a drawn placeholder
}

// Group is a group of scenes, once called a movie.
type Group struct {
	ID        int
	Name      string
	UpdatedAt time.Time
	front     []byte // its front picture; nil: a drawn placeholder
}

// GroupLink is a scene's place in a group, which is made when there is none of the name.
type GroupLink struct {
	Name  string
	Index int // 0 = none
}

// StashID is a scene's id at a metadata server.
type StashID struct{ Endpoint, ID string }

func (sc *Scene) clone() Scene {
	c := *sc
	c.URLs, c.PerformerIDs, c.TagIDs = slices.Clone(sc.URLs), slices.Clone(sc.PerformerIDs), slices.Clone(sc.TagIDs)
	c.Groups, c.StashIDs, c.Plays = slices.Clone(sc.Groups), slices.Clone(sc.StashIDs), slices.Clone(sc.Plays)
	c.Files = nil
	for _, f := range sc.Files {
		file := *f
		c.Files = append(c.Files, &file)
	}
	return c
}

// addScene takes over sc and gives it the next id; ids are never used again. It needs mu or a world in the making.
func (s *Stash) addScene(sc *Scene) int {
	s.last.scene++
	sc.ID = s.last.scene
	s.scenes[sc.ID] = sc
	s.joinGroups(sc)
	s.order = append(s.order, sc.ID)
	return sc.ID
}

func (s *Stash) addFile(sc *Scene, path string, at time.Time) *File {
	s.last.file++
	f := &File{
		ID: s.last.file, Path: path, Size: 1_000_000 + int64(s.last.file)*7919, Duration: 600 + float64(s.last.file%5400),
		Oshash: hex16(uint64(s.last.file) * 0x9e3779b97f4a7c15), ModTime: at, UpdatedAt: at,
	}
	sc.Files = append(sc.Files, f)
	return f
}

func (s *Stash) addTag(name string, at time.Time) int {
	s.last.tag++
	s.tags[s.last.tag] = &Tag{ID: s.last.tag, Name: name, UpdatedAt: at}
	return s.last.tag
}

func (s *Stash) addPerformer(name, disambiguation string, at time.Time) int {
	s.last.performer++
	s.performers[s.last.performer] = &Performer{ID: s.last.performer, Name: name, Disambiguation: disambiguation, UpdatedAt: at}
	return s.last.performer
}

func (s *Stash) addStudio(name string, parent int, at time.Time) int {
	s.last.studio++
	s.studios[s.last.studio] = &Studio{ID: s.last.studio, Name: name, ParentID: parent, UpdatedAt: at}
	return s.last.studio
}

func (s *Stash) removeScene(id int) {
	delete(s.scenes, id)
	if i, ok := slices.BinarySearch(s.order, id); ok {
		s.order = slices.Delete(s.order, i, i+1)
	}
}

// stamp is the present in the server's zone, whole seconds.
func (s *Stash) stamp() time.Time { return s.now().In(s.zone).Truncate(time.Second) }

// SetState changes what systemStatus reports and whether the library can be queried.
func (s *Stash) SetState(state StashState) { set(&s.mu, &s.state, state) }

// SetLacking makes it an older release, or a newer one, that does not know some root fields: a query for one of them is
// refused as a whole.
func (s *Stash) SetLacking(fields ...string) { set(&s.mu, &s.lacks, fields) }

// SetBroken has a root field fail with an error, as a fault inside Stash does; nil ends it. Lists cannot be null, so
// everything else in the same answer is lost with it.
func (s *Stash) SetBroken(field string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken[field] = err; err == nil {
		delete(s.broken, field)
	}
}

// SetVersion changes what it calls itself; a Stash built from source has no version.
func (s *Stash) SetVersion(v string) { set(&s.mu, &s.version, v) }

// SetAPIKey changes the key; "" means no credentials are set. The old key is refused at once.
func (s *Stash) SetAPIKey(key string) { set(&s.mu, &s.apiKey, key) }

// SetZone changes the zone of stamps written from now on; older ones keep their offset, as in the real database.
func (s *Stash) SetZone(zone *time.Location) { set(&s.mu, &s.zone, zone) }

// Scene returns a copy of a scene.
func (s *Stash) Scene(id int) (Scene, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sc, ok := s.scenes[id]
	if !ok {
		return Scene{}, false
	}
	return sc.clone(), true
}

// SceneIDs returns all scene ids in ascending order.
func (s *Stash) SceneIDs() []int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.order)
}
