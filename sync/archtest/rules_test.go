// Package archtest holds the project to ARCHITECTURE.md: every
// package has a layer and imports from lower layers only, and some imports are
// forbidden whatever the layer. It reads the files themselves, all of them, so
// that no build tag hides one.
package archtest_test

import (
	"path"
	"slices"
	"strings"
)

const module = "lockstep"

// layers places every package of the module. A new package is placed here, at
// the lowest layer that lets it import what it must.
var layers = map[string]int{
	"assets":          0,
	"sync/archtest":   0,
	"sync/config":     0,
	"sync/decode":     0, // what strangers send, bounded
	"sync/eta":        0,
	"sync/statistics": 1,
	"sync/playback":   1, // what Stash learns from Plex
	"sync/event":      0,
	"sync/fault":      0,
	"sync/file":       0,
	"sync/message":    0,
	"sync/picture":    0, // made smaller, in bounded memory
	"sync/proc":       0, // what a process costs, for benchmarks
	"sync/scene":      0,
	"sync/skip":       0,
	"sync/template":   0, // what a field is made of
	"sync/zone":       0, // the time zone as it is now

	"docs": 0, // the pages for people, brought along

	"sync/breaker": 1,
	"sync/budget":  1,
	"sync/mask":    1, // what nobody else may read
	"sync/match":   1,
	"sync/outage":  1,
	"sync/plan":    1,
	"sync/queue":   1,
	"sync/sim":     1,

	"sync/brake":      2,
	"sync/filter":     2, // which scenes are kept in step
	"sync/health":     2,
	"sync/stash2plex": 2, // what another program left

	"sync/httpc":   2, // under both adapters
	"sync/store":   2,
	"sync/compare": 2,

	"storage":         3,
	"sync/api":        3,
	"sync/change":     3,
	"sync/collection": 3,
	"sync/library":    3,
	"sync/plex":       3,
	"sync/reconcile":  3,
	"sync/stash":      3,
	"sync/worker":     3,

	"sync/engine/host": 4, // clock, store and log of the engine's parts
	"sync/remote":      4,
	"sync/testkit":     4, // what the tests of several packages share

	// The parts of the engine are in one layer, so none imports another.
	"sync/engine/audit":    5,
	"sync/engine/dispatch": 5,
	"sync/engine/link":     5,
	"sync/engine/monitor":  5,
	"sync/engine/signin":   5,
	"sync/engine/records":  5,
	"sync/engine/loop":     5,
	"sync/engine/upkeep":   5,
	"sync/engine/settings": 5,
	"sync/engine/explain":  5,
	"sync/engine/scan":     5,
	"sync/engine/activity": 5,
	"sync/engine/movein":   5,
	"sync/engine/pictures": 5,
	"sync/engine/shelves":  5,

	"sync/dial":    6, // the adapters as the engine asks for them
	"sync/offline": 6, // answers without an engine
	"sync/engine":  6,

	"app/present": 7,

	"app/desk":        8,
	"app/doctor":      8,
	"app/desktoptest": 8, // the desktop of tests and of the demo
	"app/notify":      8,
	"app/tray":        8,
	"app/windows":     8,

	"app": 9,

	"": 10, // main

	"app/e2e":    11, // drives the built app
	"assets/gen": 9,  // a program of its own
}

// neighbours are the imports allowed within a layer, each for a reason.
var neighbours = map[string][]string{
	"sync/fault":    {"sync/message"}, // a fault says what it is
	"sync/skip":     {"sync/message"}, // and so does a reason
	"sync/scene":    {"sync/message"}, // and a field its name
	"sync/template": {"sync/message"}, // what is wrong with a source is said
	// Policies and sources are set by field, and what is wrong is said.
	"sync/config":    {"sync/scene", "sync/message", "sync/template"},
	"sync/reconcile": {"sync/change"}, // the walk over Stash's listing is one
	// Scenes are compared with what is remembered of them, if the filter wants them.
	"sync/compare": {"sync/store", "sync/filter"},
	"sync/store":   {"sync/health"}, // breaker and outage record are kept as one, as health pairs them
}

const (
	fyne    = "fyne.io/fyne"
	fyneApp = "fyne.io/fyne/v2/app"
	systray = "fyne.io/systray"
	desktop = "app/desktoptest"
	testkit = "sync/testkit"
)

// engineRoom is what the app's parts must not see: they know the engine as
// api.API. sync/store is not in it: pages carry its records, and the store
// itself is behind storage.
var engineRoom = []string{
	"storage", "sync/change", "sync/compare", "sync/dial", "sync/offline", "sync/engine", "sync/library", "sync/plex", "sync/reconcile",
	"sync/remote", "sync/sim", "sync/stash", "sync/worker",
}

// wall forbids imports to some packages. A name stands for the package and for
// everything below it.
type wall struct {
	why     string
	of      []string // packages of this module
	against []string // imports; those of this module without its name
	tests   bool     // holds for test files too
}

var walls = []wall{
	{
		why: "the engine knows no toolkit", tests: true,
		of:      []string{"sync", "storage", "assets"},
		against: []string{fyne, systray},
	},
	{
		why: "the engine does not know who uses it", tests: true,
		of:      []string{"sync"},
		against: []string{"app", "assets"},
	},
	{
		// Tests of the engine use the real store: it is what a user has.
		why:     "the engine keeps things through sync/store",
		of:      []string{"sync"},
		against: []string{"storage"},
	},
	{
		why: "the tray process runs no Fyne", tests: true,
		of:      []string{"app/present", "app/tray", "app/notify", "app/desk", "app/doctor", "app/desktoptest"},
		against: []string{fyne},
	},
	{
		why:     "the parts of the app know the engine as api.API only",
		of:      []string{"app/present", "app/tray", "app/notify", "app/desk", "app/doctor", "app/windows", "app/desktoptest"},
		against: engineRoom,
	},
}

// batchReads are the adapters' reads of many scenes or items. Only sync/compare calls them,
// so that what is previewed, written, judged and explained comes from one path.
var batchReads = []string{"Scenes", "Items"}

// readsInBatches are the packages and files that may: the one path, the adapters themselves
// and the package that fits them to the engine.
var readsInBatches = []string{"sync/compare", "sync/stash", "sync/plex", "sync/dial"}

// comparers are the names under which others hold a compare.Reader: its reads are the one
// path too.
var comparers = []string{"reader", "b"}

// forTests says whether a file is part of tests only: of the test kit too, which no other
// file may import.
func forTests(file string) bool {
	return strings.HasSuffix(file, "_test.go") || path.Dir(file) == testkit
}

// below says whether name is one of roots or lies below one.
func below(name string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return name == root || strings.HasPrefix(name, root+"/")
	})
}

// mayDraw says whether the file may start Fyne's driver: only main does, where
// a build tag can leave it out.
func mayDraw(file string) bool {
	return path.Dir(file) == "." && strings.HasPrefix(file, "gui")
}

// mayTakePictures says whether the file may use the desktop made for tests: of what is
// built from app, only the demo that takes pictures, which a build tag leaves out.
func mayTakePictures(file string) bool {
	return path.Dir(file) == "app" && strings.HasPrefix(path.Base(file), "demo_pictures")
}
