package storage

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// shared are the file systems (statfs magic numbers) on which bbolt's lock is local
// only and its memory map not coherent between machines.
var shared = map[uint32]string{
	0x6969: "NFS", 0xFF534D42: "CIFS", 0xFE534D42: "SMB", 0x65735546: "FUSE",
}

// filesystemWarning says in words when the folder lies on a network; empty otherwise.
func filesystemWarning(dir string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return ""
	}
	return warningOf(dir, int64(s.Type)) //nolint:unconvert // 32 bits on some machines
}

// warningOf puts a magic number into words. It has 32 bits, but where the field is a
// signed one it comes with its sign.
func warningOf(dir string, magic int64) string {
	kind, ok := shared[uint32(magic)] //nolint:gosec // see above
	if !ok {
		return ""
	}
	return fmt.Sprintf("The data folder %s is on a network or user file system (%s), where a database can be damaged. Choose a folder on a local disk.", dir, kind)
}
