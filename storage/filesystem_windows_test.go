package storage

import (
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

func TestNetworkFoldersAreWarnedAbout(t *testing.T) {
	t.Parallel()
	if w := filesystemWarning(t.TempDir()); !w.IsZero() {
		t.Errorf("a local folder: %q", w)
	}
	for drive, want := range map[uint32]bool{windows.DRIVE_REMOTE: true, windows.DRIVE_FIXED: false, windows.DRIVE_REMOVABLE: false, windows.DRIVE_NO_ROOT_DIR: false} {
		if w := warningOf(`\\nas\data`, drive); strings.Contains(w.String(), "local disk") != want {
			t.Errorf("%d: %q", drive, w)
		}
	}
}
