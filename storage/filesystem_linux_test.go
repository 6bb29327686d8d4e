package storage

import (
	"strings"
	"testing"
)

func TestNetworkFoldersAreWarnedAbout(t *testing.T) {
	t.Parallel()
	if w := filesystemWarning(t.TempDir()); !w.IsZero() {
		t.Errorf("a local folder: %q", w)
	}
	for magic, kind := range map[int64]string{0x6969: "NFS", 0xFF534D42: "CIFS", 0xFE534D42: "SMB", 0x65735546: "FUSE", -11317950: "CIFS"} {
		if w := warningOf("/data", magic); !strings.Contains(w.String(), kind) || !strings.Contains(w.String(), "/data") || !strings.Contains(w.String(), "local disk") {
			t.Errorf("%x: %q", magic, w)
		}
	}
	if w := warningOf("/data", 0xEF53); !w.IsZero() {
		t.Errorf("ext4: %q", w)
	}
}
