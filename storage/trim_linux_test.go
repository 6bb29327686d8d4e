package storage_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// resident is how many kB of a mapped file are counted as memory of this process.
func resident(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	sum, ours := 0, false
	for line := range strings.Lines(string(text)) {
		var n int
		switch {
		case strings.Contains(line, "-") && strings.Contains(strings.Fields(line)[0], "-"):
			ours = strings.HasSuffix(strings.TrimSpace(line), path)
		case ours && strings.HasPrefix(line, "Rss:"):
			if _, err := fmt.Sscanf(line, "Rss: %d kB", &n); err != nil {
				t.Fatal(err)
			}
			sum += n
		}
	}
	return sum
}

func TestMuchWorkDoesNotKeepTheWholeFileInMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, _ := open(t, dir)
	const rounds, each = 150, 50
	for round := range scene.ID(rounds) {
		update(t, d, func(tx store.Tx) error {
			for i := range scene.ID(each) {
				if err := bigSeen(tx, round*each+i+1); err != nil {
					return err
				}
			}
			return nil
		})
	}
	size := len(readFile(t, dbPath(dir))) >> 10
	for at := scene.ID(0); at < rounds*each; at += each { // in as many reads
		view(t, d, func(tx store.Tx) error {
			return tx.EachSeen(at, func(id scene.ID, _ store.Seen) bool { return id < at+each })
		})
	}
	if got := resident(t, dbPath(dir)); got > size/3 {
		t.Errorf("%d kB of a file of %d kB are in memory", got, size)
	}
}

func bigSeen(tx store.Tx, id scene.ID) error {
	return tx.PutSeen(id, store.Seen{Name: strings.Repeat("harbour ", 500)})
}
