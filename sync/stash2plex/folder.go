// Package stash2plex reads what the Stash2Plex plugin (as of its release 1.6.14) left behind: the
// JSON files of its data folder and its settings in Stash. It heals what is false in them, says what
// was wrong, and changes nothing there. What it reads is never believed about Plex: it is history,
// and a list of scenes to compare.
//
// The plugin's queue and dead letters are Python pickles, which run code when they are read. They are
// not decoded; the first reconciliation finds those scenes.
package stash2plex

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"lockstep/sync/decode"
	"lockstep/sync/file"
)

// FileState says what became of one file of the folder.
type FileState string

// The states of a file.
const (
	Absent     FileState = "absent"
	Used       FileState = "read"
	Damaged    FileState = "damaged"     // torn, or not what its name promises
	TooLarge   FileState = "too-large"   // more than the plugin can have written
	NotAFile   FileState = "not-a-file"  // a link, a pipe or a folder has its name
	Unreadable FileState = "unreadable"  // the system refused it
	NotDecoded FileState = "not-decoded" // a Python pickle
)

// File is one file the plugin may have left.
type File struct {
	Name  string    `json:"name"`
	State FileState `json:"state"`
}

// The files that are read.
const (
	breakerFile    = "circuit_breaker.json"
	outagesFile    = "outage_history.json"
	syncedFile     = "sync_timestamps.json"
	recoveryFile   = "recovery_state.json"
	reconcileFile  = "reconciliation_state.json"
	statisticsFile = "stats.json"
)

// pickles are the files that are there and not decoded.
var pickles = []string{"queue/data.db", "dlq.db"}

const (
	// mostSmall bounds files that have some kilobytes.
	mostSmall = 1 << 20
	// mostSynced bounds the list of scenes: 30 bytes each, a million of them.
	mostSynced = 32 << 20
)

// limits says how long a file may be, in the order in which they are told of.
var limits = []struct {
	name string
	most int64
}{
	{outagesFile, mostSmall}, {syncedFile, mostSynced}, {breakerFile, mostSmall}, {recoveryFile, mostSmall},
	{reconcileFile, mostSmall}, {statisticsFile, mostSmall},
}

// ErrNoFolder is in the chain when none of the plugin's files are in the folder.
var ErrNoFolder = errors.New("no data folder of Stash2Plex")

// below is where the data folder lies if the plugin's own folder was named.
const below = "data"

// Read takes in a data folder, or the plugin's own folder with the data folder in it. It opens files
// for reading only, follows no link, waits for no pipe and reads no more than its limits.
func Read(dir string, now time.Time) (Found, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Found{}, err
	}
	defer root.Close()
	raw, files := readAll(root)
	if len(raw) == 0 && !anything(files) {
		inner, err := root.OpenRoot(below)
		if err != nil {
			return Found{}, fmt.Errorf("%s: %w", dir, ErrNoFolder)
		}
		defer inner.Close()
		if raw, files = readAll(inner); !anything(files) {
			return Found{}, fmt.Errorf("%s: %w", dir, ErrNoFolder)
		}
	}
	return parse(raw, files, now), nil
}

func anything(files []File) bool {
	for _, f := range files {
		if f.State != Absent {
			return true
		}
	}
	return false
}

// readAll reads the files there are. Those that could not be read are in the list only.
func readAll(root *os.Root) (map[string][]byte, []File) {
	raw, files := map[string][]byte{}, []File{}
	for _, l := range limits {
		text, state := readOne(root, l.name, l.most)
		if state == Used {
			raw[l.name] = text
		}
		files = append(files, File{l.name, state})
	}
	for _, name := range pickles {
		state := Absent
		if info, err := root.Lstat(name); err == nil && info.Mode().IsRegular() {
			state = NotDecoded
		}
		files = append(files, File{name, state})
	}
	return raw, files
}

func readOne(root *os.Root, name string, most int64) ([]byte, FileState) {
	f, err := openOne(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Absent
	case errors.Is(err, file.ErrNotFile):
		return nil, NotAFile
	case err != nil:
		return nil, Unreadable
	}
	defer f.Close()
	text, err := decode.Read(f, decode.Limit{Bytes: most})
	switch {
	case errors.Is(err, decode.ErrTooLarge):
		return nil, TooLarge
	case err != nil:
		return nil, Unreadable
	}
	return text, Used
}

// openOne opens a file and nothing else. It looks twice: what has the name may be exchanged meanwhile,
// and a pipe opened without O_NONBLOCK waits for its other end for ever.
func openOne(root *os.Root, name string) (*os.File, error) {
	if info, err := root.Lstat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, file.ErrNotFile
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, file.ErrNotFile
	}
	return f, nil
}
