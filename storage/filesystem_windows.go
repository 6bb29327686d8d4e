package storage

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// filesystemWarning says in words when the folder lies on a network; empty otherwise.
func filesystemWarning(dir string) string {
	root := filepath.VolumeName(dir) + `\`
	at, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return ""
	}
	return warningOf(dir, windows.GetDriveType(at))
}

// warningOf puts a type of drive into words.
func warningOf(dir string, drive uint32) string {
	if drive != windows.DRIVE_REMOTE {
		return ""
	}
	return fmt.Sprintf("The data folder %s is on a network drive, where a database can be damaged. Choose a folder on a local disk.", dir)
}
