package archtest_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryImportKeepsLayersAndWalls(t *testing.T) {
	t.Parallel()
	tree := os.DirFS("../..")
	if _, err := fs.Stat(tree, "go.mod"); err != nil {
		t.Fatalf("not the module's root: %v", err)
	}
	problems, err := check(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestCheckerFindsWhatIsForbidden(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file    string
		imports string
		want    string // part of the problem; "" when it is allowed
	}{
		"a lower layer":                   {"sync/queue/q.go", "lockstep/sync/scene", ""},
		"the standard library":            {"sync/queue/q.go", "sync", ""},
		"the same layer":                  {"sync/queue/q.go", "lockstep/sync/match", "layer 1"},
		"a neighbour":                     {"sync/config/c.go", "lockstep/sync/scene", ""},
		"a higher layer":                  {"sync/scene/s.go", "lockstep/sync/engine", "layer 0"},
		"a higher layer in a test":        {"sync/queue/q_test.go", "lockstep/sync/store", ""},
		"main":                            {"app/a.go", "lockstep", "layer 9"},
		"a package nobody placed":         {"sync/clever/c.go", "fmt", "no layer"},
		"importing such a package":        {"app/a.go", "lockstep/sync/clever", "no layer"},
		"a file in sync itself":           {"sync/doc.go", "fmt", "sync/ itself"},
		"a toolkit in the engine":         {"sync/engine/e.go", "fyne.io/fyne/v2", "toolkit"},
		"a toolkit in an engine test":     {"sync/engine/e_test.go", "fyne.io/systray", "toolkit"},
		"a toolkit in storage":            {"storage/s.go", "fyne.io/fyne/v2/widget", "toolkit"},
		"the app in an engine test":       {"sync/engine/e_test.go", "lockstep/app/present", "who uses it"},
		"icons in the engine":             {"sync/engine/e.go", "lockstep/assets", "who uses it"},
		"storage in the engine":           {"sync/engine/e.go", "lockstep/storage", "sync/store"},
		"storage in an engine test":       {"sync/engine/e_test.go", "lockstep/storage", ""},
		"Fyne in words":                   {"app/present/p.go", "fyne.io/fyne/v2/lang", "no Fyne"},
		"systray in the tray":             {"app/tray/t.go", "fyne.io/systray", ""},
		"Fyne in the tray":                {"app/tray/t.go", "fyne.io/fyne/v2", "no Fyne"},
		"Fyne in windows":                 {"app/windows/w.go", "fyne.io/fyne/v2/widget", ""},
		"the engine in windows":           {"app/windows/w.go", "lockstep/sync/engine", "api.API"},
		"an adapter in the notifier":      {"app/notify/n.go", "lockstep/sync/plex", "api.API"},
		"the engine in the app":           {"app/a.go", "lockstep/sync/engine", ""},
		"the driver in the app":           {"app/a.go", "fyne.io/fyne/v2/app", "driver"},
		"the driver in main":              {"gui.go", "fyne.io/fyne/v2/app", ""},
		"the driver in main's wiring":     {"main.go", "fyne.io/fyne/v2/app", "driver"},
		"the desktop of tests":            {"app/a.go", "lockstep/app/desktoptest", "does not ship"},
		"the desktop in the pictures":     {"app/demo_pictures.go", "lockstep/app/desktoptest", ""},
		"the desktop in a test":           {"app/tray/t_test.go", "lockstep/app/desktoptest", ""},
		"a part of the engine in another": {"sync/engine/scan/s.go", "lockstep/sync/engine/dispatch", "layer 5"},
		"the loop in a part":              {"sync/engine/scan/s.go", "lockstep/sync/engine", "layer 5"},
		"the host in a part":              {"sync/engine/scan/s.go", "lockstep/sync/engine/host", ""},
		"the test kit in the engine":      {"sync/engine/e.go", "lockstep/sync/testkit", "does not ship"},
		"the test kit in the app":         {"app/a.go", "lockstep/sync/testkit", "does not ship"},
		"the test kit in a test":          {"sync/worker/w_test.go", "lockstep/sync/testkit", ""},
		"storage in the test kit":         {"sync/testkit/t.go", "lockstep/storage", ""},
		"a module with a similar name":    {"app/a.go", "lockstepper/x", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "//go:build never\n\npackage p\n\nimport _ \"" + test.imports + "\"\n"
			problems, err := check(fstest.MapFS{test.file: {Data: []byte(source)}})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(problems, "\n")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("%s importing %s: got %q, want %q in it", test.file, test.imports, got, test.want)
			}
		})
	}
}

func TestCheckerSkipsWhatGoSkips(t *testing.T) {
	t.Parallel()
	broken := &fstest.MapFile{Data: []byte("not Go")}
	problems, err := check(fstest.MapFS{
		"storage/testdata/x.go": broken, ".git/x.go": broken, "_old/x.go": broken, "docs/x.md": broken,
	})
	if err != nil || len(problems) > 0 {
		t.Errorf("got %q, %v", problems, err)
	}
}

func TestCheckerReportsAFileItCannotRead(t *testing.T) {
	t.Parallel()
	if _, err := check(fstest.MapFS{"app/a.go": {Data: []byte("not Go")}}); err == nil {
		t.Error("a file that is no Go passed")
	}
}

func TestCheckerFindsReadsBesideTheOnePath(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, call string
		allowed    bool
	}{
		"scenes in the worker":        {"sync/worker/w.go", "b.Stash.Scenes(ctx, ids)", false},
		"items in the engine":         {"sync/engine/e.go", "e.links.plex.Items(ctx, keys)", false},
		"items by a method's result":  {"sync/engine/e.go", "e.plex().Items(ctx, keys)", false},
		"through the comparison":      {"sync/reconcile/r.go", "s.reader().Scenes(ctx, ids)", true},
		"in the comparison":           {"sync/compare/c.go", "r.Plex.Items(ctx, keys)", true},
		"where adapters are fitted":   {"sync/dial/dial.go", "s.Client.Scenes(ctx, ids)", true},
		"something else named so":     {"sync/match/m.go", "ix.Items(key)", true},
		"in a test":                   {"sync/worker/w_test.go", "p.Items(ctx, keys)", true},
		"another request of a server": {"sync/worker/w.go", "b.Plex.Edit(ctx, e)", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "package p\n\nfunc f() { " + test.call + " }\n"
			problems, err := check(fstest.MapFS{test.file: {Data: []byte(source)}})
			if err != nil || (len(problems) == 0) != test.allowed {
				t.Errorf("%s: %q, %v", test.call, problems, err)
			}
		})
	}
}
