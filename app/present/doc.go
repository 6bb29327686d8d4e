// Package present turns what the engine says into what people read: words, icon
// names, menu labels, numbers and times. Every surface takes its strings from here, so
// they cannot contradict each other. It knows no toolkit, reads no clock and holds no
// state but the language; that Plex is down is only ever said because the verdict says so.
package present

import "lockstep/sync/api"

// The windows by name, as the tray, notifications and the command line ask for them.
const (
	Queue    = "queue"
	Reports  = "reports"
	Outages  = "outages"
	Settings = "settings"
	Preview  = "preview"
	Explain  = "explain"
	History  = "history"
	Doctor   = "doctor"
	SetUp    = "welcome"
)

// Windows lists the name of every window.
func Windows() []string {
	return []string{Queue, Reports, Outages, Settings, Preview, Explain, History, Doctor, SetUp}
}

// WindowTitle is the name of a window in front of people.
func WindowTitle(name string) string {
	switch name {
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
	}
	return T("Queue")
}

// WindowFor is the window in which a person settles what is asked.
func WindowFor(k api.AttentionKind) string {
	switch k {
	case api.BrakeAsks:
		return Preview
	case api.DiskProblem, api.RestoredData:
		return Doctor
	case api.FirstRun:
		return SetUp
	case api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash:
		return Settings
	}
	return Queue
}
