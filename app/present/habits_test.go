package present_test

import (
	"testing"
	"time"

	"lockstep/app/present"
)

func TestDatesAndTimesAreThoseOfTheRegion(t *testing.T) {
	t.Cleanup(func() {
		present.SetHabits(present.Habits{})
		present.SetLanguage("en")
	})
	const nn = "\u202f"
	evening := time.Date(2026, 11, 22, 19, 5, 0, 0, time.UTC)
	m := present.Moment{Now: time.Date(2026, 11, 23, 14, 12, 0, 0, time.UTC), Zone: time.UTC}
	for name, tt := range map[string]struct {
		language       string
		habits         present.Habits
		clock, day     string
		span, last, ax string
	}{
		"most":    {"en", present.Habits{}, "14:12", "22 Nov", "22 Nov 19:05 – 19:06", "22 Nov 2025 19:05", "29 Oct"},
		"US":      {"en", present.Habits{MonthFirst: true, TwelveHours: true}, "2:12" + nn + "PM", "Nov 22", "Nov 22, 7:05" + nn + "PM – 7:06" + nn + "PM", "Nov 22, 2025, 7:05" + nn + "PM", "Oct 29"},
		"India":   {"en", present.Habits{TwelveHours: true}, "2:12" + nn + "PM", "22 Nov", "22 Nov 7:05" + nn + "PM – 7:06" + nn + "PM", "22 Nov 2025 7:05" + nn + "PM", "29 Oct"},
		"German":  {"de", present.Habits{MonthFirst: true}, "14:12", "22. Nov", "22. Nov 19:05 – 19:06", "22. Nov 2025 19:05", "29. Okt"},
		"no such": {"xx", present.Habits{}, "14:12", "22 Nov", "22 Nov 19:05 – 19:06", "22 Nov 2025 19:05", "29 Oct"},
	} {
		t.Run(name, func(t *testing.T) {
			present.SetLanguage(tt.language)
			present.SetHabits(tt.habits)
			got := []string{m.Clock(m.Now), m.Day(evening), m.Span(evening, evening.Add(time.Minute)), m.Stamp(evening.AddDate(-1, 0, 0)), present.Ticks(m.Now.AddDate(0, 0, -30), m.Now, m)[0].Words}
			for i, want := range []string{tt.clock, tt.day, tt.span, tt.last, tt.ax} {
				if i < len(got) && got[i] != want {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestHabitsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	us := present.Habits{MonthFirst: true, TwelveHours: true}
	for name, tt := range map[string]struct {
		env  map[string]string
		want present.Habits
	}{
		"nothing":             {nil, present.Habits{}},
		"US":                  {map[string]string{"LANG": "en_US.UTF-8"}, us},
		"Britain":             {map[string]string{"LANG": "en_GB.UTF-8"}, present.Habits{}},
		"Australia":           {map[string]string{"LANG": "en_AU"}, present.Habits{TwelveHours: true}},
		"times of another":    {map[string]string{"LANG": "en_US.UTF-8", "LC_TIME": "de_DE@euro"}, present.Habits{}},
		"all before them":     {map[string]string{"LC_ALL": "en_US", "LC_TIME": "de_DE", "LANG": "C"}, us},
		"empty is not set":    {map[string]string{"LC_ALL": "", "LC_TIME": "", "LANG": "en_US"}, us},
		"posix":               {map[string]string{"LC_ALL": "POSIX", "LANG": "en_US"}, present.Habits{}},
		"language, no region": {map[string]string{"LANG": "en"}, present.Habits{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := present.HabitsOf(func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok })
			if got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}
