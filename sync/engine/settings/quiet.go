package settings

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/zone"
)

// Muted are the kinds of notification that are switched off.
func Muted(s config.Settings) api.Muted {
	return api.Muted{Outages: !s.NotifyOutages, Questions: !s.NotifyQuestions, Reconciliations: !s.NotifyReconciliations}
}

// Quiet reports whether notifications are unwanted now.
func Quiet(s config.Settings, now time.Time) bool {
	if !s.Notify {
		return true
	}
	if s.QuietFrom == "" || s.QuietTo == "" || s.QuietFrom == s.QuietTo {
		return false
	}
	at := now.In(zone.Local()).Format("15:04")
	if s.QuietFrom < s.QuietTo {
		return s.QuietFrom <= at && at < s.QuietTo
	}
	return at >= s.QuietFrom || at < s.QuietTo
}
