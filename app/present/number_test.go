package present

import (
	"strings"
	"testing"
)

func TestALongTitleIsCutShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Nachtzüge der Alpen, ", 6)
	for title, want := range map[string]string{
		"Tidal Pools at Dawn": "Tidal Pools at Dawn",
		long:                  "Nachtzüge der Alpen, Nachtzüge der Alpe…",
	} {
		if got := Short(title); got != want || len([]rune(got)) > LongestTitle {
			t.Errorf("%q is cut to %q, want %q", title, got, want)
		}
	}
}
