//go:build linux || darwin

package doctor

import "golang.org/x/sys/unix"

// freeSpace is what the user may still write below a folder, in bytes.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil //nolint:gosec // a size
}
