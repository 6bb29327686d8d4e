package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"

	"lockstep/sync/file"
	"lockstep/sync/message"
)

// bbolt's file format: a header of 16 bytes on each page, then the meta record with
// magic, version, page size, flags, root, free list, high water mark, transaction, sum.
const (
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	pageHeader   = 16
	metaSize     = 64
	metaSummed   = 56
	smallestPage = 1 << 10
	largestPage  = 1 << 24
)

// metaPage is what a meta record says of its file.
type metaPage struct {
	pageSize int64
	pages    uint64 // high water mark
	txid     uint64
}

// preflight reads the two meta pages with plain reads and compares the file's length
// with what the newest valid one says. It comes before bbolt maps the file: reading a
// map beyond the end of its file kills the process.
func preflight(path string) error {
	f, err := file.Open(path)
	if errors.Is(err, file.ErrNotFile) {
		return local(message.New(message.NotAFile, message.Path(path)), message.AdviceMoveAway, nil)
	}
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if info.Size() == 0 {
		return fmt.Errorf("%w: it is empty (0 bytes)", errStructure)
	}
	m, ok := newestMeta(f, info.Size())
	if !ok {
		return fmt.Errorf("%w: its head is not that of a database", errStructure)
	}
	if m.pages > uint64(info.Size())/uint64(m.pageSize) { //nolint:gosec // sizes
		return fmt.Errorf("%w: it is cut short, %d bytes where %d pages of %d are said to be", errStructure, info.Size(), m.pages, m.pageSize)
	}
	return nil
}

// newestMeta finds the valid meta record of the highest transaction. The second lies
// one page in, and the page size is only known from a valid one, so all are tried.
func newestMeta(f *os.File, size int64) (metaPage, bool) {
	best, found := readMeta(f, 0)
	for at := int64(smallestPage); at <= largestPage && at < size; at <<= 1 {
		m, ok := readMeta(f, at)
		if ok && m.pageSize == at && (!found || m.txid > best.txid) {
			best, found = m, true
		}
	}
	return best, found
}

func readMeta(f *os.File, at int64) (metaPage, bool) {
	b := make([]byte, pageHeader+metaSize)
	if _, err := f.ReadAt(b, at); err != nil {
		return metaPage{}, false
	}
	m := b[pageHeader:]
	word := binary.NativeEndian // bbolt writes in the machine's own order
	if word.Uint32(m) != boltMagic || word.Uint32(m[4:]) != boltVersion {
		return metaPage{}, false
	}
	sum := fnv.New64a()
	_, _ = sum.Write(m[:metaSummed])
	if sum.Sum64() != word.Uint64(m[metaSummed:]) {
		return metaPage{}, false
	}
	out := metaPage{int64(word.Uint32(m[8:])), word.Uint64(m[40:]), word.Uint64(m[48:])}
	return out, out.pageSize >= smallestPage
}
