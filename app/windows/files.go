package windows

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/file"
)

// FileQuestion asks for a file. Fyne's own dialog is never used: it opens every file of
// the folder on the goroutine of all windows, and a pipe among them stops it for good.
type FileQuestion struct {
	Title string
	// Name is the name of the file to save, to begin with; empty when one is opened.
	Name string
	// Suffix is what the names of fitting files end with, such as ".json".
	Suffix string
}

// saves tells a file to write from one to read.
func (q FileQuestion) saves() bool { return q.Name != "" }

// chooseFile asks for a file with the desktop's own dialog, and where there is none with
// an input for its path. It goes on only when one was chosen that can be used.
func (w *Windows) chooseFile(win *window, q FileQuestion, then func(path string)) {
	if win.choosing != nil {
		return // the dialog is open already
	}
	if w.opt.ChooseFile == nil {
		w.typePath(win, q, then)
		return
	}
	ctx, cancel := context.WithCancel(context.Background()) // people may take their time
	win.choosing = cancel
	w.spawn(func() {
		path, err := w.opt.ChooseFile(ctx, q)
		if err == nil && path != "" {
			path, err = checkPath(q, path)
		}
		fyne.Do(func() {
			win.choosing = nil
			cancel()
			switch trouble, known := present.FileTrouble(path, err); {
			case !w.shows(win) || err == nil && path == "":
			case err == nil:
				then(path)
			case known:
				w.warn(win, err)
				inform(win, present.T("Choose another file"), trouble)
			default:
				slog.Info("no dialog for files; the path is typed", "err", err)
				w.typePath(win, q, then)
			}
		})
	})
}

// checkPath checks a path and completes it: what can be written to or read from is an
// ordinary file. It must not run on Fyne's goroutine: a network folder may not answer.
func checkPath(q FileQuestion, path string) (string, error) {
	path = unquoted(strings.TrimSpace(path))
	if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok {
		if home, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(home, rest)
		}
	}
	if !filepath.IsAbs(path) {
		return path, present.ErrNotWhole
	}
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return path, present.ErrIsFolder
	case err == nil && !info.Mode().IsRegular():
		return path, present.ErrSpecial
	case err == nil || !q.saves():
		return path, err
	case !os.IsNotExist(err):
		return path, err
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return path, fmt.Errorf("%w: %w", present.ErrNoFolder, os.ErrNotExist)
	}
	return path, nil
}

// unquoted takes the quotes away that a path has when it comes from a terminal or from
// Windows' "Copy as path".
func unquoted(path string) string {
	for _, q := range []string{`"`, "'"} {
		if rest, ok := strings.CutPrefix(path, q); ok && strings.HasSuffix(rest, q) {
			return strings.TrimSuffix(rest, q)
		}
	}
	return path
}

// exists reports whether writing would replace a file.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// saveAs asks where to, with a name to begin with, and has a file written there.
func (w *Windows) saveAs(win *window, q FileQuestion, write func(context.Context, io.Writer) error) {
	w.chooseFile(win, q, func(path string) {
		w.fileCommand(win, path, func(ctx context.Context) error {
			return writeFile(path, func(out io.Writer) error { return write(ctx, out) })
		})
	})
}

// fileCommand runs fn, which reads or writes a file, and says in words what went wrong.
func (w *Windows) fileCommand(win *window, path string, fn func(context.Context) error) {
	ask(w, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }, func(_ struct{}, err error) {
		trouble, known := present.FileTrouble(path, err)
		switch {
		case err == nil:
		case known:
			w.warn(win, err)
			inform(win, present.T("That did not work"), trouble)
		default:
			w.fail(win, err)
		}
	})
}

// writeFile writes a file whole or not at all: what is there stays until the new one is
// complete.
func writeFile(path string, write func(io.Writer) error) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	out, err := os.CreateTemp(filepath.Dir(path), ".lockstep-*")
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() { _ = os.Remove(out.Name()) }() // gone already when all went well
	err = write(out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return file.Move(out.Name(), path)
}
