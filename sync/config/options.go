package config

import (
	"sync"
	"time"
)

const day = 24 * time.Hour

// Options lists every setting in display order. The slice is shared; do not change it.
var Options = sync.OnceValue(func() []Option {
	var all []Option
	for _, part := range [][]Option{connections(), libraries(), filters(), fields(), activity(), schedule(), notifications(), performance(), privacy(), desktop(), advanced()} {
		all = append(all, part...)
	}
	return all
})

// ownCertificate describes both settings for certificates.
const ownCertificate = "For https with your own certificate: its SHA-256 fingerprint, or the file of the authority that issued it."

func connections() []Option {
	return []Option{
		text("stash-url", Connections, "Stash address", "The address of Stash, for example http://localhost:9999.",
			func(s *Settings) *string { return &s.StashURL }, stashAddress),
		text("stash-certificate", Connections, "Stash certificate", ownCertificate,
			func(s *Settings) *string { return &s.StashCertificate }, certificate),
		text("plex-url", Connections, "Plex address", "The address of Plex, for example http://localhost:32400.",
			func(s *Settings) *string { return &s.PlexURL }, plexAddress),
		text("plex-certificate", Connections, "Plex certificate", ownCertificate,
			func(s *Settings) *string { return &s.PlexCertificate }, certificate),
	}
}

func libraries() []Option {
	return []Option{
		exactNames("plex-library", Libraries, "Plex libraries", "The libraries to keep in step; if empty, all movie libraries.",
			func(s *Settings) *[]string { return &s.Libraries }),
		pathMap(),
		toggle("any-path-case", Libraries, "Any case in paths", "Paths that differ only in upper and lower case are the same file, if just one scene and one item fit. For file systems like those of macOS and many NAS.",
			func(s *Settings) *bool { return &s.AnyPathCase }),
		toggle("ask-plex-scan", Libraries, "Ask Plex to scan", "When a file is missing in Plex, ask Plex to scan its folder.",
			func(s *Settings) *bool { return &s.AskPlexScan }),
		span("park-for", Libraries, "Wait for Plex", "How long a scene waits to appear in Plex.", time.Hour, 90*day,
			func(s *Settings) *time.Duration { return &s.ParkFor }),
	}
}

func fields() []Option {
	return append(fieldOptions(),
		choice("collection-look", FieldsGroup, "Pictures of collections", "A studio's collection gets its logo and description, a group's its front picture, unless somebody else set one.", []Policy{Off, Fill, Merge},
			func(s *Settings) *Policy { return &s.CollectionLook }),
		names("only-tags", FieldsGroup, "Only these tags", "If any are named, no other tags of Stash become genres.", func(s *Settings) *[]string { return &s.OnlyTags }),
		names("omit-tags", FieldsGroup, "Tags to omit", "These tags of Stash never become genres; their scenes are synced all the same.", func(s *Settings) *[]string { return &s.OmitTags }),
		number("max-tags", FieldsGroup, "Maximum tags", "At most this many tags are written per scene.", 500, func(s *Settings) *int { return &s.MaxTags }),
		number("max-performers", FieldsGroup, "Maximum performers", "At most this many performers are written per scene.", 500, func(s *Settings) *int { return &s.MaxPerformers }),
		number("brake-percent", FieldsGroup, "Mass-change brake", "Ask before overwriting more than this percentage of a field's values that Lockstep did not write, or clearing more than this percentage of all its values.", 100, func(s *Settings) *int { return &s.BrakePercent }),
		number("brake-minimum", FieldsGroup, "Brake starts at", "Below this many items a day Lockstep does not ask.", 100000, func(s *Settings) *int { return &s.BrakeMinimum }),
	)
}

func activity() []Option {
	return []Option{
		toggle("activity-plays", Activity, "Plays", "What was watched in Plex is added to the play history of Stash.",
			func(s *Settings) *bool { return &s.ActivityPlays }),
		toggle("activity-resume", Activity, "Resume points", "Where you stopped in Plex, and how long you watched, is stored in Stash.",
			func(s *Settings) *bool { return &s.ActivityResume }),
		toggle("activity-ratings", Activity, "Ratings", "A rating you change in Plex is stored in Stash, unless it was changed there too.",
			func(s *Settings) *bool { return &s.ActivityRatings }),
		names("activity-accounts", Activity, "Whose plays", "Names of the Plex accounts whose plays count; if empty, the owner's only.",
			func(s *Settings) *[]string { return &s.ActivityAccounts }),
		span("activity-every", Activity, "Check Plex for plays every", "How often Lockstep asks Plex what was watched and rated.", time.Minute, day,
			func(s *Settings) *time.Duration { return &s.ActivityEvery }),
	}
}

func schedule() []Option {
	return []Option{
		choice("reconcile", Schedule, "Reconcile", "How often both libraries are compared in full.", []Interval{Never, Hourly, Daily, Weekly},
			func(s *Settings) *Interval { return &s.Reconcile }),
		choice("reconcile-scope", Schedule, "What to reconcile", "Which scenes a scheduled reconciliation compares.", []Scope{ScopeAll, ScopeDay, ScopeWeek},
			func(s *Settings) *Scope { return &s.Scope }),
		toggle("reconcile-at-start", Schedule, "Reconcile at start", "Reconcile after starting if the last reconciliation was over an hour ago.",
			func(s *Settings) *bool { return &s.AtStart }),
		toggle("hold", Schedule, "Write nothing", "Connect, compare and preview, but write nothing to Plex. The set-up keeps this on until its last step.",
			func(s *Settings) *bool { return &s.Hold }),
		span("stash-probe", Schedule, "Check for edits every", "How often Lockstep asks Stash for edits, renames and moved files.", time.Second, day,
			func(s *Settings) *time.Duration { return &s.StashProbe }),
		span("sweep-every", Schedule, "Full check every", "How often all scenes are compared with what Lockstep knows.", time.Second, 7*day,
			func(s *Settings) *time.Duration { return &s.SweepEvery }),
		span("files-every", Schedule, "Check all file paths every", "How often the paths of all files are compared.", time.Second, 30*day,
			func(s *Settings) *time.Duration { return &s.FilesEvery }),
	}
}

// The settings that switch a kind of notification on and off, by name.
const (
	NotifyOutages         = "notify-outages"
	NotifyQuestions       = "notify-questions"
	NotifyReconciliations = "notify-reconciliations"
)

func notifications() []Option {
	return []Option{
		toggle("notify", Notifications, "Notifications", "Show notifications on the desktop.", func(s *Settings) *bool { return &s.Notify }),
		toggle(NotifyOutages, Notifications, "Outages", "Tell you when Plex goes down and comes back.", func(s *Settings) *bool { return &s.NotifyOutages }),
		toggle(NotifyQuestions, Notifications, "Needs your attention", "Tell you when Lockstep needs you to decide, to sign in again or to fix a setting.",
			func(s *Settings) *bool { return &s.NotifyQuestions }),
		toggle(NotifyReconciliations, Notifications, "Reconciliations", "Tell you when a reconciliation you asked for is done.",
			func(s *Settings) *bool { return &s.NotifyReconciliations }),
		span("notify-delay", Notifications, "Only outages longer than", "Shorter outages are recorded but not announced.", 0, day,
			func(s *Settings) *time.Duration { return &s.NotifyDelay }),
		text("quiet-from", Notifications, "Quiet from", "No notifications from this time on, for example 22:30; leave empty for none.",
			func(s *Settings) *string { return &s.QuietFrom }, clock),
		text("quiet-to", Notifications, "Quiet until", "When quiet hours end.", func(s *Settings) *string { return &s.QuietTo }, clock),
	}
}

func performance() []Option {
	return []Option{
		choice("pace", Performance, "Pace", "How much Plex may be used: gentle leaves it free most of the time.", []Pace{Gentle, Normal, Full},
			func(s *Settings) *Pace { return &s.Pace }),
		number("ramp-from", Performance, "After an outage, start with", "Scenes per second right after Plex is back.", 1000, func(s *Settings) *int { return &s.RampFrom }),
		number("ramp-to", Performance, "Maximum rate", "The most scenes per second until Plex has proved stable again.", 1000, func(s *Settings) *int { return &s.RampTo }),
		span("ramp-over", Performance, "Reach it within", "How long Lockstep takes to reach that rate.", 0, time.Hour, func(s *Settings) *time.Duration { return &s.RampOver }),
	}
}

func privacy() []Option {
	return []Option{
		toggle("secret-in-file", Privacy, "Keep secrets in a file", "Without a keyring, store the API key and token in a file that only you can read.",
			func(s *Settings) *bool { return &s.SecretInFile }),
		toggle("mask-names", Privacy, "Mask names in the log", "Titles and file names are masked in the log.", func(s *Settings) *bool { return &s.MaskNames }),
		toggle("pictures", Privacy, "Show pictures", "Show covers and posters in the windows; when off, none is fetched to be shown and none is kept.",
			func(s *Settings) *bool { return &s.Pictures }),
		span("keep-history", Privacy, "Keep history for", "How long the record of what was written is kept.", day, 3650*day,
			func(s *Settings) *time.Duration { return &s.KeepHistory }),
		span("keep-outages", Privacy, "Keep outages for", "How long outage records are kept.", 30*day, 3650*day,
			func(s *Settings) *time.Duration { return &s.KeepOutages }),
	}
}

func desktop() []Option {
	return []Option{
		choice("language", Desktop, "Language", "Language of tray, windows and notifications; commands stay English.", []Language{AutoLanguage, English, Deutsch},
			func(s *Settings) *Language { return &s.Language }),
		choice("theme", Desktop, "Theme", "Whether the windows are light or dark.", []Theme{SystemTheme, LightTheme, DarkTheme},
			func(s *Settings) *Theme { return &s.Theme }),
		toggle("autostart", Desktop, "Start with the desktop", "Start quietly in the tray when you log in.", func(s *Settings) *bool { return &s.Autostart }),
	}
}

func advanced() []Option {
	return []Option{
		text("plextv-url", Advanced, "Sign-in address", "Where to sign in with Plex; empty means "+PublicPlexTV+".",
			func(s *Settings) *string { return &s.PlexTV }, signInAddress),
		span("plex-probe", Advanced, "Check Plex when idle every", "How often Lockstep checks that Plex is up while idle.", time.Second, day,
			func(s *Settings) *time.Duration { return &s.PlexProbe }),
		number("breaker-threshold", Advanced, "Failures until Plex counts as down", "How many requests in a row must fail before Plex counts as down.", 100,
			func(s *Settings) *int { return &s.BreakerThreshold }),
		span("probe-first", Advanced, "First try after", "The first wait while Plex is down; each further one is twice as long, up to the longest.", 10*time.Millisecond, time.Hour,
			func(s *Settings) *time.Duration { return &s.ProbeFirst }),
		span("probe-max", Advanced, "Longest wait between tries", "The longest wait between two tries while Plex is down.", 10*time.Millisecond, time.Hour,
			func(s *Settings) *time.Duration { return &s.ProbeMax }),
	}
}
