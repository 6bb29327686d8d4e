package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// plexVersion is a release for which the facts hold.
const plexVersion = "1.43.3.10793-cd55b6a60"

// Section numbers; they start at 1 as in a fresh server.
const (
	mainSection = 1 + iota
	archiveSection
	radioSection
)

// Quirks are the points on which reports about real servers disagree, or which only some servers show. A client must
// be right under every setting. The zero value is the likelier reading.
type Quirks struct {
	ReplaceTags     bool // tag parameters replace the list instead of appending
	RemoveLast      bool // removals are done after additions instead of before
	SingleDecode    bool // names in tag.tag- are not decoded a second time
	ResetUnlocked   bool // a tag edit resets unlocked scalars, genres and actors the request does not carry
	ValueLocks      bool // a value without .locked locks the field
	UploadLocks     bool // an uploaded image locks thumb or art
	SilentUnknown   bool // unknown edit parameters are ignored with 200 instead of 400
	RejectEmptyDate bool // an empty originallyAvailableAt is answered 500
	// Refuses names single values an edit is refused for, with RefuseStatus: of a scalar, empty when it is cleared, or
	// the name of a tag that is added.
	Refuses        func(field, value string) bool
	RefuseStatus   int  // 0 = 500
	PlusIsPlus     bool // + in a query is not a space
	KeepTrash      bool // a scan puts what is gone from disk into the trash instead of removing it; see EmptyTrash
	DeriveYear     bool // year follows originallyAvailableAt
	MaxPage        int  // items per page at most; 0 = 1000
	RefusePage     int  // a larger page is answered with RefuseWith; 0 = none is
	MaxKeys        int  // items that a read by key gives at most; 0 = all
	RefuseKeys     int  // a read of more keys is answered with RefuseWith; 0 = none is
	RefuseWith     int  // status; 0 = 400
	MaxRequestLine int  // bytes of a request line at most; 0 = 8192, what common proxies take
}

// Plex is a simulated Plex Media Server, with plex.tv's sign-in on the same port below /api/v2. Kinds of requests in
// Counts: "identity", "capabilities", "sections", "list", "detail", "edit", "item-edit", "posters", "upload", "select",
// "unselect", "image", "refresh", "activities", "websocket", "rate", "history", "accounts", "plextv" and "other".
type Plex struct {
	Server

	mu        sync.RWMutex
	now       func() time.Time
	machine   string
	token     string
	guest     string // token of somebody the server is shared with, empty for nobody
	name      string
	unclaimed bool
	quirks    Quirks
	sections  []*section
	items     map[int]*item
	shelves   map[int]*item // what is known of collections beside their members, made when it is asked for
	smart     []collection
	files     map[string][]*item
	tagRows   map[string]*tagRow
	lastKey   int
	views     []view           // the play history, in the order it was written
	accounts  map[int]string   // names by number
	pending   map[string]int64 // files on disk that no scan has found yet: path to size
	vanished  map[string]bool  // files gone from disk that no scan has noticed yet
	scans     map[string]activity
	scanTime  time.Duration
	writeTime time.Duration

	writer  sync.Mutex // one SQLite writer
	orderMu sync.Mutex
	notices notifier
	tv      plexTV
}

type section struct {
	id        int
	title     string
	kind      string
	agent     string // "" = that of personal media
	scanner   string
	uuid      string
	locations []string
	gone      bool // deleted in Plex; its number is not given again
	items     map[int]*item
	scanning  int
	changes   int
	orders    map[string]sortedKeys
}

type sortedKeys struct {
	changes int
	keys    []*item
}

func newPlex(opt Options) *Plex {
	p := &Plex{
		now: opt.Now, token: opt.PlexToken, name: "Harbour Plex", machine: sha1Hex([]byte(fmt.Sprint("machine ", opt.Seed))),
		items: make(map[int]*item, opt.Scenes), files: make(map[string][]*item, opt.Scenes), tagRows: map[string]*tagRow{},
		accounts: map[int]string{0: "", Owner: "Harbour Master"}, shelves: map[int]*item{},
		pending: map[string]int64{}, vanished: map[string]bool{}, scans: map[string]activity{}, scanTime: opt.ScanTime, writeTime: opt.PlexWrite,
	}
	p.addSection(opt.Library, "movie", opt.PlexRoot)
	p.addSection(ArchiveLibrary, "movie", opt.PlexRoot)
	p.addSection(RadioLibrary, "artist", opt.PlexRoot+"-radio")
	p.tv.init()
	p.Server.init(plexPhrases, p.classifyCall, p.route)
	return p
}

func (p *Plex) addSection(title, kind, location string) {
	id := len(p.sections) + 1
	p.sections = append(p.sections, &section{id: id, title: title, kind: kind, uuid: fmt.Sprintf("00000000-0000-4000-8000-%012d", id),
		locations: []string{location}, items: map[int]*item{}, orders: map[string]sortedKeys{}})
}

func (p *Plex) section(id int) *section {
	if id < 1 || id > len(p.sections) || p.sections[id-1].gone {
		return nil
	}
	return p.sections[id-1]
}

// Token is the token the server accepts.
func (p *Plex) Token() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.token
}

// MachineID is the machine identifier /identity reports.
func (p *Plex) MachineID() string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.machine
}

// SetMachineID makes the address answer as another server.
func (p *Plex) SetMachineID(id string) { set(&p.mu, &p.machine, id) }

// SetToken changes the token; the old one is refused at once.
func (p *Plex) SetToken(token string) { set(&p.mu, &p.token, token) }

// SetGuest lets the token of somebody the server is shared with look, but change nothing.
func (p *Plex) SetGuest(token string) { set(&p.mu, &p.guest, token) }

// SetUnclaimed makes the server accept any token, even none.
func (p *Plex) SetUnclaimed(on bool) { set(&p.mu, &p.unclaimed, on) }

// SetQuirks changes doubtful behaviour.
func (p *Plex) SetQuirks(change func(*Quirks)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.quirks)
}

// SetWriteTime changes how long each write takes.
func (p *Plex) SetWriteTime(d time.Duration) { set(&p.mu, &p.writeTime, d) }

// Item is a copy of what Plex holds. Names of fields and kinds of tags are those of the edit request.
type Item struct {
	RatingKey string
	Section   string
	Fields    map[string]string // title, studio, summary, originallyAvailableAt, …; empty ones are absent
	Tags      map[string][]string
	Roles     map[string]string // part played, by actor
	Thumbs    map[string]string // addresses of pictures, by actor
	Locked    map[string]bool
	Files     []string // every part of every version
	Versions  int
	Poster    string // rating key of the selected image, e.g. upload://posters/<sha1>; "" = none
	Art       string
	AddedAt   int64
	UpdatedAt int64
}

func (it *item) export() Item {
	out := Item{RatingKey: it.id(), Section: strconv.Itoa(it.section.id), Fields: maps.Clone(it.fields), Tags: map[string][]string{},
		Roles: map[string]string{}, Thumbs: map[string]string{}, Locked: maps.Clone(it.locked), Versions: len(it.media), Poster: it.poster.selected, Art: it.art.selected,
		AddedAt: it.added, UpdatedAt: it.updated}
	if out.Fields == nil {
		out.Fields = map[string]string{}
	}
	out.Fields["title"] = it.get("title")
	for kind, links := range it.tags {
		for _, l := range links {
			out.Tags[kind] = append(out.Tags[kind], l.row.name)
			if l.role != "" {
				out.Roles[l.row.name] = l.role
			}
			if l.row.thumb != "" {
				out.Thumbs[l.row.name] = l.row.thumb
			}
		}
	}
	for _, m := range it.media {
		for _, part := range m {
			out.Files = append(out.Files, part.file)
		}
	}
	return out
}

// Item returns a copy of an item.
func (p *Plex) Item(ratingKey string) (Item, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	it := p.byKey(ratingKey)
	if it == nil {
		return Item{}, false
	}
	return it.export(), true
}

// ItemsAt returns copies of all items that hold the file, by rating key.
func (p *Plex) ItemsAt(path string) []Item {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var out []Item
	for _, it := range p.files[path] {
		out = append(out, it.export())
	}
	return out
}

// RatingKeys returns the keys of all items of a section in ascending order; "" means all sections.
func (p *Plex) RatingKeys(sectionID string) []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var keys []int
	for key, it := range p.items {
		if sectionID == "" || sectionID == strconv.Itoa(it.section.id) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = strconv.Itoa(key)
	}
	return out
}

func (p *Plex) byKey(ratingKey string) *item {
	n, err := strconv.Atoi(strings.TrimSpace(ratingKey))
	if err != nil {
		return nil
	}
	if it, ok := p.items[n]; ok || n < collectionKeys {
		return it
	}
	if c, ok := p.collection(strconv.Itoa(n)); ok {
		return p.shelf(c)
	}
	return nil
}
