package storage

import "testing"

func TestAPageIsBoundedWhateverIsAskedFor(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{-1: 100, 0: 100, 1: 1, 10_000: 10_000, 10_001: 10_000, 1 << 40: 10_000} {
		if got := pageOf(asked); got != want {
			t.Errorf("asked for %d: %d, want %d", asked, got, want)
		}
	}
}
