package present

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Habits are how people of a region write a day and the time of day, whatever language
// they read. The zero value is what most of the world does: 23 Nov, 14:02.
type Habits struct {
	MonthFirst  bool // Nov 23, where the language is English
	TwelveHours bool // 2:02 PM
}

var habits atomic.Pointer[Habits]

// SetHabits chooses how days and times are written from now on.
func SetHabits(h Habits) { habits.Store(&h) }

func inForce() Habits {
	if h := habits.Load(); h != nil {
		return *h
	}
	return Habits{}
}

var (
	// twelveHours are the regions in which the clock of a desktop in English has twelve
	// hours by the Unicode locale data.
	twelveHours = []string{"AU", "BB", "BD", "BS", "CA", "GH", "GU", "HK", "IN", "JM", "MY", "NZ", "PH", "PK", "PR", "SG", "TT", "US", "VI"}
	// monthFirst are those that write the month before the day.
	monthFirst = []string{"GU", "PR", "US", "VI"}
)

// HabitsOf are those of the region the environment names for dates and times: in the first
// of LC_ALL, LC_TIME and LANG that is set.
func HabitsOf(env func(string) (string, bool)) Habits {
	for _, name := range []string{"LC_ALL", "LC_TIME", "LANG"} {
		v, ok := env(name)
		if !ok || v == "" {
			continue
		}
		_, region, _ := strings.Cut(v, "_")
		if at := strings.IndexAny(region, ".@"); at >= 0 {
			region = region[:at]
		}
		return Habits{MonthFirst: slices.Contains(monthFirst, region), TwelveHours: slices.Contains(twelveHours, region)}
	}
	return Habits{}
}

// clock writes a time of day.
func clock(t time.Time) string {
	if inForce().TwelveHours {
		return t.Format("3:04\u202fPM")
	}
	return t.Format("15:04")
}

// ordered is a layout of a date in English as the region orders it.
func ordered(layout string) string {
	if !inForce().MonthFirst {
		return layout
	}
	switch layout {
	case "2 Jan":
		return "Jan 2"
	case "2 Jan 2006":
		return "Jan 2, 2006"
	}
	return layout
}

// stamped joins a day and a time of day.
func stamped(day, clock string) string {
	if inForce().MonthFirst && inUse.Load() == nil {
		return day + ", " + clock
	}
	return day + " " + clock
}
