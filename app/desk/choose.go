package desk

import (
	"context"
	"errors"
	"fmt"

	"github.com/ncruces/zenity"
)

// FileChoice is a question for a file, put by the dialog that the desktop's own programs
// use.
type FileChoice struct {
	// Title is what the dialog is for.
	Title string
	// Name is the name of the file to save, to begin with; empty when one is opened.
	Name string
	// Save asks for a file to write, which may be there already; else for one that is there.
	Save bool
	// Suffix is what the names of fitting files end with, such as ".json"; empty fits all.
	Suffix string
}

// ErrNoDialog means that this desktop has no dialog to choose a file with.
var ErrNoDialog = errors.New("the desktop has no dialog for files")

// ChooseFile asks for a file and waits for the answer. An empty path means that the person
// chose none. It tries what the desktop offers one after another; the error says why none
// of it works, and is ErrNoDialog where there is none.
func ChooseFile(ctx context.Context, c FileChoice) (string, error) {
	var failed []error
	for _, ask := range dialogs() {
		path, err := ask(ctx, c)
		if err == nil || ctx.Err() != nil {
			return path, ctx.Err()
		}
		failed = append(failed, err)
	}
	if len(failed) == 0 {
		return "", ErrNoDialog
	}
	return "", errors.Join(failed...)
}

// dialog asks for a file; an error lets another one be tried.
type dialog func(context.Context, FileChoice) (string, error)

// native is the dialog of Windows and macOS, and elsewhere the program zenity or one of
// its kin.
func native(ctx context.Context, c FileChoice) (string, error) {
	options := []zenity.Option{zenity.Context(ctx), zenity.Title(c.Title)}
	if c.Suffix != "" {
		options = append(options, zenity.FileFilters{{Name: "*" + c.Suffix, Patterns: []string{"*" + c.Suffix}, CaseFold: true}})
	}
	choose := zenity.SelectFile
	if c.Save {
		choose = zenity.SelectFileSave
		options = append(options, zenity.Filename(c.Name), zenity.ConfirmOverwrite())
	}
	path, err := choose(options...)
	if errors.Is(err, zenity.ErrCanceled) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("choose a file: %w", err)
	}
	return path, nil
}
