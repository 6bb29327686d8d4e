package storage

import (
	"path/filepath"

	"golang.org/x/sys/windows"

	"lockstep/sync/message"
)

// filesystemWarning says in words when the folder lies on a network; empty otherwise.
func filesystemWarning(dir string) message.Message {
	root := filepath.VolumeName(dir) + `\`
	at, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return message.None
	}
	return warningOf(dir, windows.GetDriveType(at))
}

// warningOf puts a type of drive into words.
func warningOf(dir string, drive uint32) message.Message {
	if drive != windows.DRIVE_REMOTE {
		return message.None
	}
	return message.New(message.OnNetworkDrive, message.Path(dir))
}
