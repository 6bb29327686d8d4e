// Package present turns what the engine says into what people read: words, icon
// names, menu labels, numbers and times. Every surface takes its strings from here, so
// they cannot contradict each other. It knows no toolkit, reads no clock and holds no
// state but the language; that Plex is down is only ever said because the verdict says so.
package present

import (
	"lockstep/sync/api"
	"lockstep/sync/health"
)

// The pages and windows by name, as the tray, notifications and the command line ask for
// them. Settings, SetUp and Manual are windows of their own, all others pages of the main window.
const (
	// Main is the main window as it was left: on the page it showed last.
	Main     = "main"
	Overview = "overview"
	Queue    = "queue"
	Reports  = "reports"
	Outages  = "outages"
	Settings = "settings"
	Preview  = "preview"
	Explain  = "explain"
	History  = "history"
	Doctor   = "doctor"
	SetUp    = "welcome"
	Manual   = "manual"
)

// Pages lists the pages of the main window in the order of its sidebar.
func Pages() []string {
	return []string{Overview, Queue, Reports, Preview, History, Outages, Explain, Doctor}
}

// Windows lists the name of every page and of every other window.
func Windows() []string { return append(Pages(), Settings, SetUp, Manual) }

// WindowTitle is the name of a window in front of people.
func WindowTitle(name string) string {
	switch name {
	case Queue:
		return T("Queue")
	case Reports:
		return T("Reports")
	case Outages:
		return T("Outages")
	case Settings:
		return T("Settings")
	case Preview:
		return T("Preview")
	case Explain:
		return T("Explain")
	case History:
		return T("History")
	case Doctor:
		return T("Doctor")
	case SetUp:
		return T("Set-up")
	case Manual:
		return T("Documentation")
	}
	return T("Overview")
}

// WindowFor is the window in which a person settles what is asked.
func WindowFor(k api.AttentionKind) string {
	switch k {
	case api.BrakeAsks:
		return Preview
	case api.ActivityAsks:
		return History
	case api.DiskProblem, api.RestoredData:
		return Doctor
	case api.FirstRun:
		return SetUp
	case api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash:
		return Settings
	}
	return Overview
}

// Badge is how many things wait behind an entry of the sidebar, 0 for none to tell of.
func Badge(name string, s api.Snapshot) int {
	switch name {
	case Queue:
		return s.Queue.Pending()
	case Reports:
		return s.Standing.NeedYou
	case Outages:
		if s.Live && s.Verdict == health.Down {
			return 1
		}
		return 0
	}
	return asked(name, s)
}

// asked is how many things a person is asked for are settled on that page.
func asked(name string, s api.Snapshot) int {
	n := 0
	for _, a := range s.Attention {
		if WindowFor(a.Kind) == name {
			n++
		}
	}
	return n
}

// BadgeWords is a badge as text, short enough for a sidebar that is folded.
func BadgeWords(n int) string {
	switch {
	case n <= 0:
		return ""
	case n > 999:
		return T("999+")
	}
	return Number(n)
}
