package storage

import (
	"golang.org/x/sys/unix"

	"lockstep/sync/message"
)

// shared are the file systems (statfs magic numbers) on which bbolt's lock is local
// only and its memory map not coherent between machines.
var shared = map[uint32]string{
	0x6969: "NFS", 0xFF534D42: "CIFS", 0xFE534D42: "SMB", 0x65735546: "FUSE",
}

// filesystemWarning says in words when the folder lies on a network; empty otherwise.
func filesystemWarning(dir string) message.Message {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return message.None
	}
	return warningOf(dir, int64(s.Type)) //nolint:unconvert // 32 bits on some machines
}

// warningOf puts a magic number into words. It has 32 bits, but where the field is a
// signed one it comes with its sign.
func warningOf(dir string, magic int64) message.Message {
	kind, ok := shared[uint32(magic)] //nolint:gosec // see above
	if !ok {
		return message.None
	}
	return message.New(message.OnNetworkFileSystem, message.Path(dir), message.Word(kind))
}
