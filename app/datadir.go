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
		return fmt.Errorf("%s begins with ~, which only a shell replaces: write the whole path, for example %s", from, filepath.Join(home, "lockstep"))
	case !given && asked != "" && !filepath.IsAbs(asked):
		return fmt.Errorf("%s is %q, which depends on the folder Lockstep is started in: write the whole path", from, asked)
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
		return folderFault(fmt.Sprintf("The data folder %s is a file.", s.dir), "Choose a folder.", nil)
	case errors.Is(err, syscall.ENAMETOOLONG):
		return folderFault(fmt.Sprintf("The name of the data folder is too long: %d characters, beginning with %.60s", len(s.dir), s.dir), "Choose a shorter one.", nil)
	case errors.Is(err, syscall.ELOOP):
		return folderFault(fmt.Sprintf("The data folder %s is a link that leads in a circle.", s.dir), "Mend the link, or choose another folder.", err)
	case errors.Is(err, fs.ErrPermission):
		return folderFault(fmt.Sprintf("Lockstep may not look into the folder of %s.", s.dir), "Give your user access to it, or choose another folder.", err)
	}
	return s.missing(err)
}

// missing says why a data folder that is not there cannot be made, if so.
func (s *session) missing(err error) error {
	if link, lstatErr := os.Lstat(s.dir); lstatErr == nil && link.Mode()&fs.ModeSymlink != 0 {
		to, _ := os.Readlink(s.dir)
		return folderFault(fmt.Sprintf("The data folder %s is a link to %s, which is not there.", s.dir, to), "Is its disk connected? Mend the link, or choose another folder.", err)
	}
	for above := filepath.Dir(s.dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		switch {
		case err == nil && !info.IsDir():
			return folderFault(fmt.Sprintf("The data folder %s cannot be made: %s is a file.", s.dir, above), "Choose another folder.", nil)
		case err == nil && (s.g.DataDir == "" || above == filepath.Dir(s.dir)):
			return nil
		case err == nil:
			return folderFault(fmt.Sprintf("The data folder %s cannot be made: %s is not there.", s.dir, filepath.Dir(s.dir)), "Is its disk connected? Make the folder, or choose another one.", nil)
		case above == filepath.Dir(above):
			return folderFault(fmt.Sprintf("The data folder %s cannot be made: %s is not there.", s.dir, above), "Choose another folder.", nil)
		}
	}
}

func folderFault(words, hint string, cause error) error {
	return fault.Old(fault.Local, fault.None, words, hint, cause)
}
