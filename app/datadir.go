package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// dataDirFlag names the flag and, as a variable, LOCKSTEP_DATA_DIR.
const dataDirFlag = "--data-dir"

// saneDir refuses what nobody can have meant as the name of a data folder.
func (p Program) saneDir(asked string) error {
	from := dataDirFlag
	typed, given := argument(p.Args, dataDirFlag)
	if !given {
		from = "LOCKSTEP_DATA_DIR"
	}
	switch {
	case given && strings.TrimSpace(typed) == "", asked != "" && strings.TrimSpace(asked) == "":
		return fmt.Errorf("%s is empty; leave it out to use the usual folder", from)
	case strings.ContainsFunc(asked, unicode.IsControl):
		return fmt.Errorf("%s holds a line break or another control character", from)
	case strings.HasPrefix(asked, "~"):
		home, _ := p.Env("HOME")
		return fmt.Errorf("%s begins with ~, which only a shell replaces: give the full path, for example %s", from, filepath.Join(home, "lockstep"))
	case !given && asked != "" && !filepath.IsAbs(asked):
		return fmt.Errorf("%s is %q, which depends on the folder Lockstep is started in: give the full path", from, asked)
	}
	return nil
}

// argument finds the value of a flag among arguments.
func argument(args []string, flag string) (value string, given bool) {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, flag+"="); ok {
			return v, true
		}
		if a == flag {
			return strings.Join(args[i+1:min(i+2, len(args))], ""), true
		}
	}
	return "", false
}

// folder makes sure that the data folder is one or can be made. Only in its usual place
// are the folders above it made too: elsewhere one that is missing is a slip of the pen,
// or a disk that is not there.
func (s *session) folder() error {
	info, err := os.Stat(s.dir)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return folderFault(message.New(message.FolderIsFile, message.Path(s.dir)), message.AdviceChooseFolder, nil)
	case errors.Is(err, syscall.ENAMETOOLONG):
		return folderFault(message.New(message.FolderTooLong, message.Count(len(s.dir)), message.Path(fmt.Sprintf("%.60s", s.dir))), message.AdviceShorterName, nil)
	case errors.Is(err, syscall.ELOOP):
		return folderFault(message.New(message.FolderCircle, message.Path(s.dir)), message.AdviceMendLink, err)
	case errors.Is(err, fs.ErrPermission):
		return folderFault(message.New(message.FolderForbidden, message.Path(s.dir)), message.AdviceFolderAccess, err)
	}
	return s.missing(err)
}

// missing says why a data folder that is not there cannot be made, if so.
func (s *session) missing(err error) error {
	if link, lstatErr := os.Lstat(s.dir); lstatErr == nil && link.Mode()&fs.ModeSymlink != 0 {
		to, _ := os.Readlink(s.dir)
		return folderFault(message.New(message.FolderDeadLink, message.Path(s.dir), message.Path(to)), message.AdviceDiskOrLink, err)
	}
	for above := filepath.Dir(s.dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		switch {
		case err == nil && !info.IsDir():
			return folderFault(message.New(message.FolderBelowFile, message.Path(s.dir), message.Path(above)), message.AdviceAnotherFolder, nil)
		case err == nil && (s.g.DataDir == "" || above == filepath.Dir(s.dir)):
			return nil
		case err == nil:
			return folderFault(message.New(message.FolderMissing, message.Path(s.dir), message.Path(filepath.Dir(s.dir))), message.AdviceDiskOrFolder, nil)
		case above == filepath.Dir(above):
			return folderFault(message.New(message.FolderMissing, message.Path(s.dir), message.Path(above)), message.AdviceAnotherFolder, nil)
		}
	}
}

func folderFault(m message.Message, advice message.Code, cause error) error {
	return fault.New(fault.Local, fault.None, m, message.New(advice), cause)
}
