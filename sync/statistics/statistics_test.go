package statistics_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/skip"
	"lockstep/sync/statistics"
)

func TestSuccessLeavesOutWhatIsSkippedOnPurpose(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		day   statistics.Day
		want  float64
		known bool
	}{
		"nothing":               {statistics.Day{}, 0, false},
		"only what is filtered": {statistics.Day{}.Skip(skip.FilteredTag), 0, false},
		"all written":           {statistics.Day{Written: 3}, 1, true},
		"right already":         {statistics.Day{InStep: 2, Retried: 5}.Skip(skip.FilteredTag), 1, true},
		"some failed":           {statistics.Day{Written: 2, InStep: 1, Failed: 1}, 0.75, true},
		"some need somebody":    {statistics.Day{Written: 1}.Skip(skip.PathNotMapped), 0.5, true},
		"all failed":            {statistics.Day{Failed: 2}, 0, true},
	} {
		if got, known := tt.day.Success(); got != tt.want || known != tt.known {
			t.Errorf("%s: %v, %v", name, got, known)
		}
	}
}

func TestASkipChangesNoOtherCopyOfTheDay(t *testing.T) {
	t.Parallel()
	one := statistics.Day{}.Skip(skip.NoFile)
	two := one.Skip(skip.NoFile)
	if one.Skips() != 1 || two.Skips() != 2 {
		t.Errorf("%d and %d", one.Skips(), two.Skips())
	}
}

func TestADayEndsAndOnesWithNothingAreNotKept(t *testing.T) {
	t.Parallel()
	var b statistics.Book
	var ended bool
	for i, day := range []string{"2026-03-01", "2026-03-02", "2026-03-02", "2026-03-05"} {
		if b, ended = b.On(day); ended != (i != 2) {
			t.Errorf("%s: ended %v", day, ended)
		}
		if i != 1 {
			b.Today.Written++
		}
	}
	if got := b.Since("2026-03-01"); len(got) != 3 || got[0].Day != "2026-03-01" || got[1].Written != 1 || got[2].Day != "2026-03-05" {
		t.Errorf("%+v", got)
	}
	if got := b.Since("2026-03-03"); len(got) != 1 {
		t.Errorf("since the third %+v", got)
	}
	if b, _ = b.On("2026-03-02"); b.Today.Written != 1 || len(b.Past) != 2 { // a journey, or the clock
		t.Errorf("back on a former day: %+v", b)
	}
}

func TestOnlySoManyDaysAreKept(t *testing.T) {
	t.Parallel()
	var b statistics.Book
	day := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	for range 3 * statistics.Most {
		b, _ = b.On(statistics.Name(day))
		b.Today.Plex++
		day = day.AddDate(0, 0, 1)
	}
	if got := b.Since(""); len(got) != statistics.Most {
		t.Errorf("%d days", len(got))
	}
}

// Whatever the clock does, nothing that was counted is lost while no more days than are kept
// were seen, and no day is there twice.
func TestPropertyWhatWasCountedStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b statistics.Book
		want := 0
		for range rapid.IntRange(0, 60).Draw(t, "counts") {
			b, _ = b.On(fmt.Sprintf("2026-03-%02d", rapid.IntRange(1, 31).Draw(t, "day")))
			n := rapid.IntRange(0, 3).Draw(t, "n")
			b.Today.Written += n
			b.Today = b.Today.Skip(skip.NoFile)
			want += n
		}
		days, seen := b.Since(""), map[string]bool{}
		for _, d := range days {
			if seen[d.Day] {
				t.Errorf("%s is there twice", d.Day)
			}
			seen[d.Day] = true
		}
		if got := statistics.Sum(days); got.Written != want {
			t.Errorf("%d written, want %d", got.Written, want)
		}
		if halves := []statistics.Day{statistics.Sum(days[:len(days)/2]), statistics.Sum(days[len(days)/2:])}; !reflect.DeepEqual(statistics.Sum(halves), statistics.Sum(days)) {
			t.Errorf("%+v is not %+v", statistics.Sum(halves), statistics.Sum(days))
		}
	})
}
