// Package file moves files into place. On Windows a file that anybody has open, be it
// a virus scanner that looks at what was just written, cannot be moved or replaced; it
// is tried again for a moment. It knows nothing of what is in the files.
package file

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

const (
	// patience is how long others may have the file open: scanners take milliseconds, and
	// whoever waits for the move has done his work already.
	patience = 2 * time.Second
	// firstWait and longestWait are the pauses between tries.
	firstWait   = time.Millisecond
	longestWait = 100 * time.Millisecond
)

// Write gives a file new contents, whole or not at all, that only this user can read. It
// follows no link and writes into nothing that is there: in a folder others may write, both
// can lead the contents to them.
func Write(place string, data []byte) error {
	next := place + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(next)
		return err
	}
	return Move(next, place)
}

// ErrNotFile is in the chain when something else has the name of a file.
var ErrNotFile = errors.New("not a file")

// Plain refuses what is no file under the name of one: whoever opens a pipe waits for the
// other end, for ever and deaf to signals. Nothing under that name is fine.
func Plain(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: path, Err: ErrNotFile}
	}
	return nil
}

// ErrLink is in the chain when a link has the name of a file of ours.
var ErrLink = errors.New("a link, which may lead anywhere")

// Own refuses what is no file or a link under the name of a file in a folder of ours: what
// Lockstep writes stays there, whatever somebody laid ready. Nothing under that name is
// fine.
func Own(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &fs.PathError{Op: "open", Path: path, Err: ErrLink}
	}
	return Plain(path)
}

// Open opens a file for reading, and nothing but a file.
func Open(path string) (*os.File, error) {
	if err := Plain(path); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Move renames a file, replacing one that has the name. On one disk it happens whole or
// not at all.
func Move(from, to string) error {
	return persist(func() error { return os.Rename(from, to) }, passing)
}

// persist tries until it works, fails for good or the patience is at its end.
func persist(try func() error, passing func(error) bool) error {
	end := time.Now().Add(patience)
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if err == nil || !passing(err) || !time.Now().Before(end) {
			return err
		}
		time.Sleep(wait)
	}
}
