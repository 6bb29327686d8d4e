// Package config owns the settings: their defaults, ranges, names and words. Settings is a
// plain struct. Options describes each of its values once, for the command line, the
// environment, the settings window and exported files, so that all of them know the same
// names and refuse the same values. It does no input or output and knows no secrets.
package config

import (
	"maps"
	"slices"
	"time"

	"lockstep/sync/scene"
)

// Policy decides who wins for one field.
type Policy string

// The policies. The texts are stored and never renamed.
const (
	// Merge writes what Lockstep or nobody wrote and keeps what a person locked.
	Merge Policy = "merge"
	// Mirror lets Stash win, clearing included.
	Mirror Policy = "mirror"
	// Fill writes empty fields only.
	Fill Policy = "fill"
	// Off leaves the field alone.
	Off Policy = "off"
)

// Policies lists the valid policies in display order.
func Policies() []Policy { return []Policy{Merge, Mirror, Fill, Off} }

// Rule maps a folder as Stash names it to the same folder as Plex names it.
type Rule struct {
	Stash string `json:"stash"`
	Plex  string `json:"plex"`
}

// Pace is how hard Lockstep may work Plex.
type Pace string

// The paces. Plex is one SQLite writer; resting as long as a write took leaves it
// half its time for viewers.
const (
	Gentle Pace = "gentle" // rests three times as long as a write took
	Normal Pace = "normal" // rests as long as a write took
	Full   Pace = "full"   // does not rest
)

// restFactor is how long to rest per time a write took.
var restFactor = map[Pace]float64{Gentle: 3, Normal: 1, Full: 0}

// maxRest caps one rest: a server that needs longer than that is not helped by more.
const maxRest = 2 * time.Second

// Rest is how long to leave Plex alone after a write that took so long.
func (p Pace) Rest(took time.Duration) time.Duration {
	return min(maxRest, time.Duration(restFactor[p]*float64(took)))
}

// Settings is everything a user can choose, secrets excepted. The zero value is not
// usable; start from Defaults.
type Settings struct {
	StashURL string `json:"stashUrl"`
	PlexURL  string `json:"plexUrl"`
	// StashCertificate and PlexCertificate are trusted beside those this computer trusts: the
	// file of an authority, or a SHA-256 fingerprint as ShowFingerprint writes it.
	StashCertificate string `json:"stashCertificate,omitempty"`
	PlexCertificate  string `json:"plexCertificate,omitempty"`
	// PlexTV is where people sign in with Plex; PublicPlexTV unless somebody runs his own.
	PlexTV string `json:"plexTv"`
	// Libraries are titles or ids of Plex library sections; empty means all of type movie.
	// The engine remembers the id of each, so that a renamed library stays chosen.
	Libraries []string `json:"libraries,omitempty"`
	PathMap   []Rule   `json:"pathMap,omitempty"`
	// AnyPathCase takes paths that differ only in upper and lower case for the same file where
	// that leaves no doubt; Windows does so always.
	AnyPathCase bool `json:"anyPathCase,omitempty"`

	Fields map[scene.Field]Policy `json:"fields"`
	// Sources are the templates that fields are made of where a person changed them; a field
	// that is missing has its usual ones. See Source.
	Sources map[scene.Field][]string `json:"sources,omitempty"`
	// Background is what the background is made of.
	Background PictureSource `json:"background,omitempty"`
	// CollectionLook is whether a studio's collection gets its logo and description and a group's
	// its front picture: Off, Fill or Merge.
	CollectionLook Policy `json:"collectionLook,omitempty"`
	MaxTags        int    `json:"maxTags"`
	MaxPerformers  int    `json:"maxPerformers"`
	// Filter says which scenes are kept in step at all; the zero value is every one.
	Filter Filter `json:"filter,omitzero"`
	// OnlyTags, unless empty, are the only tags of Stash that the tags of Plex are made of;
	// OmitTags never are. Both are names, case-insensitive.
	OnlyTags []string `json:"onlyTags,omitempty"`
	OmitTags []string `json:"omitTags,omitempty"`

	Pace        Pace          `json:"pace"`
	AskPlexScan bool          `json:"askPlexScan"` // ask Plex to scan the folder of a file it does not have
	ParkFor     time.Duration `json:"parkFor"`     // how long a scene waits for its item
	StashProbe  time.Duration `json:"stashProbe"`  // newest-first scan for edits
	SweepEvery  time.Duration `json:"sweepEvery"`  // full scan for edits, renames and deletions
	FilesEvery  time.Duration `json:"filesEvery"`  // scan for moved files
	PlexProbe   time.Duration `json:"plexProbe"`   // check of Plex while idle
	Reconcile   Interval      `json:"reconcile"`   // scheduled reconciliation
	Scope       Scope         `json:"scope"`       // of the scheduled reconciliation
	AtStart     bool          `json:"atStart"`     // reconcile at start if the last is older than an hour
	// Hold keeps Lockstep from writing to Plex: it connects, compares and previews only.
	// The set-up holds until its last step.
	Hold         bool `json:"hold,omitempty"`
	BrakePercent int  `json:"brakePercent"` // share of a field's foreign values that may be overwritten unasked
	BrakeMinimum int  `json:"brakeMinimum"` // below so many items a day nothing is asked

	// What Stash learns from Plex; nothing unless switched on. ActivityAccounts are names of
	// those whose plays count, empty for the owner of the server.
	ActivityPlays    bool          `json:"activityPlays,omitempty"`
	ActivityResume   bool          `json:"activityResume,omitempty"`
	ActivityRatings  bool          `json:"activityRatings,omitempty"`
	ActivityAccounts []string      `json:"activityAccounts,omitempty"`
	ActivityEvery    time.Duration `json:"activityEvery"`

	BreakerThreshold int           `json:"breakerThreshold"`
	ProbeFirst       time.Duration `json:"probeFirst"` // first wait of an open breaker, then ×2, ×4, up to ProbeMax
	ProbeMax         time.Duration `json:"probeMax"`
	RampFrom         int           `json:"rampFrom"` // jobs per second right after an outage
	RampTo           int           `json:"rampTo"`
	RampOver         time.Duration `json:"rampOver"`

	Notify      bool          `json:"notify"`
	NotifyDelay time.Duration `json:"notifyDelay"` // an outage shorter than this is not announced
	// The kinds of notification, each of which may be switched off; Notify is for all of them.
	NotifyOutages         bool          `json:"notifyOutages"`         // Plex, or the network, goes and comes back
	NotifyQuestions       bool          `json:"notifyQuestions"`       // what only a person can settle
	NotifyReconciliations bool          `json:"notifyReconciliations"` // the end of one that somebody asked for
	QuietFrom             string        `json:"quietFrom"`             // HH:MM local, empty = no quiet hours
	QuietTo               string        `json:"quietTo"`
	KeepOutages           time.Duration `json:"keepOutages"`
	KeepHistory           time.Duration `json:"keepHistory"`
	Autostart             bool          `json:"autostart"`
	Language              Language      `json:"language"`     // of tray, windows and notifications
	Theme                 Theme         `json:"theme"`        // of the windows
	SecretInFile          bool          `json:"secretInFile"` // consent to a 0600 file where no keyring exists
	MaskNames             bool          `json:"maskNames"`    // titles and paths masked in the log
	Pictures              bool          `json:"pictures"`     // covers and posters are shown in the windows
}

// Interval is how often something scheduled runs.
type Interval string

// The intervals.
const (
	Never  Interval = "never"
	Hourly Interval = "hourly"
	Daily  Interval = "daily"
	Weekly Interval = "weekly"
)

// Every is the length of the interval; zero for Never.
func (i Interval) Every() time.Duration {
	switch i {
	case Hourly:
		return time.Hour
	case Daily:
		return 24 * time.Hour
	case Weekly:
		return 7 * 24 * time.Hour
	}
	return 0
}

// Scope is what a reconciliation looks at. Beside the constants it may be
// "library:<title>" or "scene:<id>".
type Scope string

// The fixed scopes.
const (
	ScopeAll  Scope = "all"
	ScopeDay  Scope = "24h"
	ScopeWeek Scope = "7days"
)

// Language is what tray, windows and notifications speak. Commands and their JSON are
// English whatever it is.
type Language string

// The languages. The texts are stored and never renamed.
const (
	AutoLanguage Language = "auto" // as the environment asks for; also what an old file without one means
	English      Language = "english"
	Deutsch      Language = "deutsch"
)

// Code is the two letters of the language, empty when the environment decides.
func (l Language) Code() string {
	switch l {
	case English:
		return "en"
	case Deutsch:
		return "de"
	}
	return ""
}

// Theme is whether the windows are light or dark.
type Theme string

// The themes. The texts are stored and never renamed.
const (
	SystemTheme Theme = "system" // as the desktop has it
	LightTheme  Theme = "light"
	DarkTheme   Theme = "dark"
)

// PublicPlexTV is Plex's own sign-in service.
const PublicPlexTV = "https://plex.tv"

// Defaults are the settings of a fresh installation.
func Defaults() Settings {
	return Settings{
		PlexTV:     PublicPlexTV,
		Fields:     usualPolicies(),
		Background: FromCover, CollectionLook: Off, MaxTags: 100, MaxPerformers: 50,
		Pace: Normal, AskPlexScan: true, ParkFor: 7 * 24 * time.Hour,
		StashProbe: time.Minute, SweepEvery: 30 * time.Minute, FilesEvery: 6 * time.Hour, PlexProbe: 5 * time.Minute,
		Reconcile: Daily, Scope: ScopeAll, AtStart: true, BrakePercent: 20, BrakeMinimum: 50, ActivityEvery: 15 * time.Minute,
		BreakerThreshold: 5, ProbeFirst: 5 * time.Second, ProbeMax: time.Minute,
		RampFrom: 5, RampTo: 20, RampOver: 5 * time.Minute,
		Notify: true, NotifyOutages: true, NotifyQuestions: true, NotifyReconciliations: true, NotifyDelay: time.Minute, KeepOutages: 365 * 24 * time.Hour, KeepHistory: 90 * 24 * time.Hour,
		Language: AutoLanguage, Theme: SystemTheme, Pictures: true,
	}
}

// Policy is the policy of a field; a field missing from an old file is off.
func (s Settings) Policy(f scene.Field) Policy {
	if p, ok := s.Fields[f]; ok {
		return p
	}
	return Off
}

// Clone copies the settings so that changing one copy leaves the other alone.
func (s Settings) Clone() Settings {
	c := s
	c.Libraries = slices.Clone(s.Libraries)
	c.PathMap = slices.Clone(s.PathMap)
	c.ActivityAccounts = slices.Clone(s.ActivityAccounts)
	c.Filter = s.Filter.clone()
	c.OnlyTags, c.OmitTags = slices.Clone(s.OnlyTags), slices.Clone(s.OmitTags)
	c.Fields = make(map[scene.Field]Policy, len(s.Fields))
	maps.Copy(c.Fields, s.Fields)
	c.Sources = nil
	for f, templates := range s.Sources {
		c.setSource(f, slices.Clone(templates))
	}
	return c
}

// WantedHash covers the settings that change what is wanted in Plex. When it moves,
// every scene has to be looked at again. The order of libraries, tags and rules does
// not count, nor does the case of tags.
func (s Settings) WantedHash() scene.Hash {
	fields := []string{}
	for _, f := range scene.Fields() {
		fields = append(fields, string(f)+"="+string(s.Policy(f)))
	}
	sources := [][]string{} // in their order: a limit keeps the first values
	for _, f := range SourceFields() {
		sources = append(sources, s.Source(f))
	}
	if s.Policy(scene.FieldPerformerPictures) != Off { // their addresses begin with it
		fields = append(fields, s.StashURL)
	}
	if s.Background != "" && s.Background != FromCover {
		fields = append(fields, string(s.Background))
	}
	rules := []string{}
	for _, r := range s.PathMap {
		rules = append(rules, r.Stash+arrow+r.Plex)
	}
	if s.AnyPathCase {
		rules = append(rules, "any-case")
	}
	return scene.HashOf(struct {
		Fields, Libraries, Only, Omit, Map []string
		Tags, Performers                   int
		Filter                             Filter
		Sources                            [][]string
	}{fields, sorted(s.Libraries), sortedFolds(s.OnlyTags), sortedFolds(s.OmitTags), sorted(rules), s.MaxTags, s.MaxPerformers, s.Filter.plain(), sources})
}

// sorted is a sorted copy, never nil, so that equal choices have equal hashes.
func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return out
}

// sortedFolds is sorted for names whose case does not count.
func sortedFolds(list []string) []string {
	out := make([]string, len(list))
	for i, name := range list {
		out[i] = scene.Fold(name)
	}
	return sorted(out)
}

// Configured reports whether both servers have an address, so that work can begin.
func (s Settings) Configured() bool { return s.StashURL != "" && s.PlexURL != "" }

// ProbeBackoff are the waits between probes of an open breaker: with the defaults
// 5, 10, 20 and 60 s.
func (s Settings) ProbeBackoff() []time.Duration {
	return []time.Duration{s.ProbeFirst, min(2*s.ProbeFirst, s.ProbeMax), min(4*s.ProbeFirst, s.ProbeMax), s.ProbeMax}
}
