package budget

import (
	"strings"
	"time"
)

// Kind is a sort of request, or of a task made of several. What fails is counted by kind,
// because one that succeeds proves nothing about another: a server may answer who it is and
// never give its listing.
type Kind string

// For is the kind of requests of this kind that concern one part of a server, such as a
// library: they fail and succeed apart from those of another part.
func (k Kind) For(part string) Kind { return k.Base() + Kind("/"+part) }

// Base is the kind without the part that For added.
func (k Kind) Base() Kind {
	base, _, _ := strings.Cut(string(k), "/")
	return Kind(base)
}

// Part is what For added, empty when it concerns the whole server.
func (k Kind) Part() string {
	_, part, _ := strings.Cut(string(k), "/")
	return part
}

// Requests to Plex.
const (
	Identity Kind = "identity"      // who the server is and whether it is ready
	Sections Kind = "sections"      // the list of libraries
	Owner    Kind = "owner"         // whether the token may change anything
	Listing  Kind = "listing"       // one page of a library; For each one
	Items    Kind = "items"         // items by rating key
	Edit     Kind = "edit"          // the values of one item
	Pictures Kind = "pictures"      // which posters or backgrounds an item has
	Upload   Kind = "upload"        // a picture, or the choice of one
	Scan     Kind = "scan"          // asking for a scan, or whether one runs
	Account  Kind = "account"       // plex.tv: sign-in, servers of the account
	History  Kind = "history"       // what was watched
	Viewers  Kind = "viewers"       // who watches on the server
	Socket   Kind = "notifications" // either server's notifications

	// What is asked about collections fails apart from what is asked about films, so that neither
	// holds up the other.
	Collections      Kind = "collections"       // the collections of a library; For each one
	CollectionEdit   Kind = "collection edit"   // the values of one collection
	CollectionUpload Kind = "collection upload" // the picture of one collection

	// Thumbnail is a picture of either server that somebody looks at.
	Thumbnail Kind = "thumbnail"
)

// Requests to Stash.
const (
	Status Kind = "status" // version, state and number of scenes
	Count  Kind = "count"  // the number of scenes
	Newest Kind = "newest" // the scene edited last
	Stamps Kind = "stamps" // pages of ids and times of change
	Names  Kind = "names"  // the lists of tags, performers and studios
	Paths  Kind = "paths"  // pages of file paths
	Scenes Kind = "scenes" // scenes by id, path or title
	Cover  Kind = "cover"  // the picture of one scene
	Plugin Kind = "plugin" // settings of a plugin of Stash
	Played Kind = "played" // what Stash knows of plays
	Play   Kind = "play"   // adding or taking back a play
	Resume Kind = "resume" // where a scene was left
	Rate   Kind = "rate"   // the rating of a scene

	Subjects       Kind = "subjects"        // studios or groups with their descriptions
	SubjectPicture Kind = "subject picture" // the picture of a studio or group
	Galleries      Kind = "galleries"       // which pictures the galleries of scenes have
	GalleryPicture Kind = "gallery picture" // one of them
)

// Signs are asked for in the request for the newest scenes, and fail each for itself: without
// one, what it stands for is found by the next sweep.
const (
	TagSign       Kind = "tag sign"
	PerformerSign Kind = "performer sign"
	StudioSign    Kind = "studio sign"
	GroupSign     Kind = "group sign"
	FileSign      Kind = "file sign"
)

// Tasks, which are tried again as a whole: every page of a listing may arrive and the
// listing still not come out right.
const (
	Connect   Kind = "connect"    // the check of a connection
	Index     Kind = "index"      // bringing the index of Plex up to date
	Sweep     Kind = "sweep"      // finding edits in Stash
	NameSweep Kind = "name sweep" // finding renames in Stash
	FileSweep Kind = "file sweep" // finding moved files in Stash
	Shelves   Kind = "shelves"    // comparing and writing the looks of all collections
	Recheck   Kind = "recheck"    // comparing all scenes after a change of settings
	Batch     Kind = "batch"      // reading and writing a batch of scenes
	Write     Kind = "write"      // writing, when Plex refuses one scene after another
)

// rule is how a kind differs from the usual.
type rule struct {
	// free is how many failures in a row cost no wait: each may be the fault of one item,
	// and the next one is about another.
	free int
	// missing marks kinds for which "not found" is an answer like any other.
	missing bool
	// eager kinds tell whether a server is back; they are tried at least every eagerCap while
	// the fault is younger than eagerFor.
	eager bool
	// needs are the requests a task is made of; the limit counts them and not the task.
	needs []Kind
	// rare kinds wait for up to longestSign, because something else does their work meanwhile
	// and trying them costs a request more.
	rare bool
}

// usual is the rule of every kind that is not in the table.
var usual rule

// perItem: neighbours often share what is wrong with them, because bulk edits put the same
// value on all, and a batch that holds bad ones is read in halves until they stand alone.
// It leaves room for one request about something else, which tells whose fault it is.
const perItem = 4

var rules = map[Kind]rule{
	Items:     {free: perItem, missing: true},
	Scenes:    {free: perItem},
	Edit:      {free: perItem},
	Pictures:  {free: perItem, missing: true},
	Upload:    {free: perItem},
	Cover:     {free: perItem, missing: true},
	Thumbnail: {free: perItem, missing: true},

	CollectionEdit:   {free: perItem},
	CollectionUpload: {free: perItem},
	SubjectPicture:   {free: perItem, missing: true},
	Galleries:        {free: perItem},
	GalleryPicture:   {free: perItem, missing: true},

	Scan:      {free: perItem},
	Played:    {free: perItem},
	Play:      {free: perItem},
	Resume:    {free: perItem},
	Rate:      {free: perItem},
	Connect:   {eager: true, needs: []Kind{Identity, Sections, Status, Count}},
	Index:     {needs: []Kind{Listing}},
	Sweep:     {needs: []Kind{Stamps, Scenes}},
	NameSweep: {needs: []Kind{Names, Scenes}},
	FileSweep: {needs: []Kind{Paths, Stamps, Scenes}},
	Recheck:   {needs: []Kind{Scenes}},
	Shelves:   {rare: true, needs: []Kind{Subjects, Collections, Items, CollectionEdit}},
	Batch:     {needs: []Kind{Scenes, Items, Edit}},
	Write:     {needs: []Kind{Edit}},
	Identity:  {eager: true},
	Sections:  {eager: true},
	Status:    {eager: true},

	TagSign:       sign,
	PerformerSign: sign,
	StudioSign:    sign,
	GroupSign:     sign,
	FileSign:      sign,
}

// sign is the rule of what travels with the request for the newest scenes.
var sign = rule{needs: []Kind{Newest}, rare: true}

func ruleOf(k Kind) rule {
	if r, ok := rules[k.Base()]; ok {
		return r
	}
	return usual
}

const (
	// first is the wait after the first failure; it doubles. Five failures pass in 6 to 8 s,
	// which is when the breaker opens.
	first = 500 * time.Millisecond
	// longest and longestAsk bound the wait: for what heals by itself, and for what a person has to
	// mend (a token, an address).
	longest    = time.Minute
	longestAsk = 5 * time.Minute
	// eagerCap notices the end of a short outage soon: three or four requests a minute.
	eagerCap = 20 * time.Second
	eagerFor = 10 * time.Minute
	// longestSign is about as often as everything is swept.
	longestSign = 30 * time.Minute
	// longestRetry bounds what a server may ask for with Retry-After.
	longestRetry = time.Hour
	// spread is how much of a wait is left to chance, so that many clients of one server do
	// not come back in step.
	spread = 0.25
)

const (
	// burst and burstFor: no more retries than this while a fault is young. With the first
	// failure of each kind, which nobody can foresee, that stays below 30 requests.
	burst    = 20
	burstFor = time.Minute
	// steady is what is left for all kinds of one server that have failed for longer, in any
	// minute. What a fault was tried in its first one is not set against it: the end of a
	// short outage would be noticed late.
	steady = 4
)
