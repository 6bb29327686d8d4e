package windows

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// answering answers a question for a file with a path.
func answering(path string, err error) func(context.Context, FileQuestion) (string, error) {
	return func(context.Context, FileQuestion) (string, error) { return path, err }
}

func TestSettingsAreExportedAndImported(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings.json")
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, present.Settings)
	w.opt.ChooseFile = answering(file, nil)
	p.draft.MaxTags = 7
	p.exportTo()
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"maxTags": 7`) {
		t.Fatalf("exported %s, %v", text, err)
	}
	p.load()
	p.importFrom()
	if p.draft.MaxTags != 7 {
		t.Errorf("imported %d", p.draft.MaxTags)
	}
	wantShown(t, win, "Not saved yet.")
}

func TestNothingHappensWithoutAChoice(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, present.Settings)
	w.opt.ChooseFile = answering("", nil)
	p.exportTo()
	p.importFrom()
	if n := len(win.Canvas().Overlays().List()); n != 0 || p.dirty() {
		t.Errorf("%d dialogs, changed %v", n, p.dirty())
	}
}

// Where the desktop has no dialog, a path is typed: a fault in it is said, and nothing
// freezes.
func TestPathIsTypedWithoutADialog(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there.json")
	if err := os.WriteFile(there, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newTest(t, newFake())
	w.opt.ChooseFile = answering("", errors.New("no portal"))
	win, p := open[*settingsPage](t, w, present.Settings)
	p.exportTo()
	wantShown(t, win, "Export settings")
	for typed, says := range map[string]string{
		"settings.json":                      "Enter the full path",
		dir:                                  "is a folder",
		pipe(t, dir):                         "is not an ordinary file",
		filepath.Join(dir, "none", "s.json"): "does not exist",
		there:                                "This file exists.",
		`"` + filepath.Join(dir, "no", "s") + `"`: "does not exist",
	} {
		entry(t, win, 0).SetText(typed)
		tap(t, win, "Save")
		wantShown(t, win, says)
	}
	entry(t, win, 0).SetText("") // it may be what was typed last
	entry(t, win, 0).SetText(there)
	tap(t, win, "Save")
	if text, _ := os.ReadFile(there); string(text) != "old" || canTap(win, "Save") {
		t.Error("replaced without a word, or by a second click")
	}
	everything(win, func(o fyne.CanvasObject) {
		if c, ok := o.(*widget.Check); ok && strings.HasPrefix(c.Text, "Replace") {
			test.Tap(c)
		}
	})
	tap(t, win, "Save")
	if text, _ := os.ReadFile(there); !strings.Contains(string(text), "maxTags") {
		t.Errorf("not replaced: %q", text)
	}
	if n := len(win.Canvas().Overlays().List()); n != 0 {
		t.Errorf("%d dialogs left", n)
	}
}

func TestEscapeLeavesATypedPath(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, present.Settings)
	p.exportTo()
	win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if n := len(win.Canvas().Overlays().List()); n != 0 {
		t.Errorf("%d dialogs left", n)
	}
}

func TestImportRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	w := newTest(t, newFake())
	win, p := open[*settingsPage](t, w, present.Settings)
	for path, says := range map[string]string{
		pipe(t, dir): "is not an ordinary file. Choose another one.", dir: "is a folder", filepath.Join(dir, "none.json"): "There is no file",
	} {
		w.opt.ChooseFile = answering(path, nil)
		p.importFrom()
		wantShown(t, win, says)
		tap(t, win, "OK")
	}
	notes := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(notes, []byte("Tidal Pools"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.opt.ChooseFile = answering(notes, nil)
	p.importFrom()
	wantShown(t, win, "This file contains no Lockstep settings")
}

func TestOneDialogForFilesAtATime(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*settingsPage](t, w, present.Settings)
	asked := 0
	var ended context.Context
	w.opt.ChooseFile = func(ctx context.Context, _ FileQuestion) (string, error) {
		asked, ended = asked+1, ctx
		if asked == 1 {
			p.importFrom() // the person presses again while the dialog is open
			w.showing(present.Settings).Close()
		}
		return "", ctx.Err()
	}
	p.importFrom()
	if asked != 1 || ended.Err() == nil {
		t.Errorf("asked %d times; the dialog ended with its window: %v", asked, ended.Err())
	}
}

// A file is replaced whole or not at all.
func TestFailedExportLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "report.csv")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := writeFile(file, func(out io.Writer) error {
		_, _ = io.WriteString(out, "half of it")
		return syscall.ENOSPC
	})
	if text, _ := os.ReadFile(file); !errors.Is(err, syscall.ENOSPC) || string(text) != "old" {
		t.Errorf("left %q, %v", text, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files left", len(left))
	}
	link := filepath.Join(dir, "link.csv")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if err := writeFile(link, func(out io.Writer) error { _, err := io.WriteString(out, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(file); string(text) != "new" {
		t.Errorf("the file behind the link has %q", text)
	}
}
