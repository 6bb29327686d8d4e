package present

import (
	"maps"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/stash2plex"
)

// TwoWriters says that the plugin still writes to Plex, "" when it does not.
func TwoWriters(s api.PluginState) string {
	if s != api.PluginOn {
		return ""
	}
	return T("Stash2Plex is still enabled in Stash: two programs would write to Plex and undo each other's work.") + " " +
		T("Switch it off in Stash, in the settings under Plugins, before Lockstep writes.")
}

// Import tells what an import from Stash2Plex brought, or would bring, a sentence or two each.
func Import(r api.Import, preview bool, m Moment) []string {
	var lines []string
	add := func(words string) {
		if words != "" {
			lines = append(lines, words)
		}
	}
	add(importedOutages(r.Outages, len(r.Files) > 0))
	add(importedScenes(r.Scenes, len(r.Files) > 0))
	add(leftFiles(r.Files))
	add(counted(r, m))
	add(pluginWords(r))
	if preview {
		add(T("This is a preview. Nothing was changed."))
	}
	return lines
}

// series puts the parts that say something one behind the other.
func series(between string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), between)
}

func importedOutages(o api.ImportedOutages, read bool) string {
	if !read {
		return ""
	}
	out := series(", ", T("%s of outages: %s new", Count(o.Read, "record", "records"), Number(len(o.Added))),
		some(o.Joined, T("%s of an outage that has another record", Number(o.Joined))), some(o.Known, T("%s known already", Number(o.Known))),
		some(o.Old, T("%s too old", Number(o.Old))), some(o.Dropped, T("%s unusable", Number(o.Dropped)))) + "."
	if len(o.Added) > 0 {
		out += " " + T("They are listed and marked, but not counted: Lockstep did not monitor Plex then.")
	}
	return out
}

func importedScenes(s api.ImportedScenes, read bool) string {
	if !read || s.Read == 0 {
		return ""
	}
	return series(", ", T("%s that Stash2Plex says it wrote", Count(s.Read, "scene", "scenes")),
		some(s.InStep, T("%s compared by Lockstep and in step", Number(s.InStep))), some(s.Queued, T("%s queued to be compared", Number(s.Queued))),
		some(s.Waiting, T("%s in the queue already", Number(s.Waiting))), some(s.Later, T("%s not seen in Stash yet", Number(s.Later)))) +
		". " + T("None counts as in step until Lockstep has compared it with Plex.")
}

// leftFiles tells of the files that were not read, and why.
func leftFiles(files []stash2plex.File) string {
	by := map[stash2plex.FileState][]string{}
	for _, f := range files {
		by[f.State] = append(by[f.State], f.Name)
	}
	names := func(state stash2plex.FileState) string { return list(by[state]) }
	words := series(" ",
		some(len(by[stash2plex.Damaged]), T("Damaged and skipped: %s.", names(stash2plex.Damaged))),
		some(len(by[stash2plex.TooLarge]), T("Too large and skipped: %s.", names(stash2plex.TooLarge))),
		some(len(by[stash2plex.NotAFile]), T("Not a file, and skipped: %s.", names(stash2plex.NotAFile))),
		some(len(by[stash2plex.Unreadable]), T("Could not be read: %s.", names(stash2plex.Unreadable))),
		some(len(by[stash2plex.NotDecoded]), T("Not read, because it runs code when it is read (a Python pickle): %s.", names(stash2plex.NotDecoded))))
	return series(" ", words, some(len(by[stash2plex.NotDecoded]), T("The first reconciliation finds the scenes that were queued there.")))
}

// counted tells what the plugin said of itself.
func counted(r api.Import, m Moment) string {
	var words []string
	if s := r.Statistics; s != nil {
		words = append(words, T("Stash2Plex counted %s: %s succeeded, %s failed, %s abandoned; it counts scenes skipped on purpose as failed.",
			Count(s.Processed, "try", "tries"), Number(s.Succeeded), Number(s.Failed), Number(s.Dead)))
	}
	if x := r.Reconciliation; x != nil {
		words = append(words, T("Its last reconciliation was on %s: %s checked, %s found, %s queued.",
			m.Stamp(x.At), Count(x.Checked, "scene", "scenes"), Count(x.Gaps, "gap", "gaps"), Number(x.Enqueued)))
	}
	return strings.Join(words, " ")
}

func pluginWords(r api.Import) string {
	switch r.Plugin {
	case api.PluginOn:
		return TwoWriters(r.Plugin)
	case api.PluginOff:
		return T("Stash2Plex is disabled in Stash, so only Lockstep writes.")
	case api.PluginAbsent:
		return T("Stash2Plex is not installed in Stash.")
	case api.PluginUnknown:
		return T("The settings of Stash2Plex could not be read from Stash:") + " " + series(" ", Say(r.Why), Say(r.Hint))
	}
	return ""
}

// ImportedSetting is one line about a setting of Stash2Plex.
type ImportedSetting struct {
	Name  string // as the plugin calls it
	Value string // what it has there
	Ours  string // what becomes of it here
	Note  string // what was wrong with it there, or is different here
}

// ImportedSettings are the lines about the settings.
func ImportedSettings(settings []stash2plex.Setting) []ImportedSetting {
	var lines []ImportedSetting
	for _, s := range settings {
		l := ImportedSetting{Name: s.Name, Value: s.Value, Ours: effect(s)}
		if s.Value == stash2plex.Hidden {
			l.Value = T("(not shown)")
		}
		if words, ok := settingNotes[s.Name]; ok {
			l.Note = T(words)
		}
		lines = append(lines, l)
	}
	return lines
}

func effect(s stash2plex.Setting) string {
	var ours []string
	for _, name := range slices.Sorted(maps.Keys(s.Ours)) {
		ours = append(ours, name+" = "+s.Ours[name])
	}
	switch what := strings.Join(ours, ", "); s.Effect {
	case stash2plex.Taken:
		if what == "" {
			what = T("the token")
		}
		return T("imported: %s", what)
	case stash2plex.Same:
		return T("already the same: %s", what)
	case stash2plex.Kept:
		if what == "" {
			what = T("the token")
		}
		return T("yours is kept: %s", what)
	case stash2plex.Invalid:
		return T("not a usable value")
	case stash2plex.Unknown:
		return T("not a setting of Stash2Plex 1.6.14")
	case stash2plex.Unmet:
	}
	return T("nothing to set")
}

// settingNotes say what a setting was in the plugin and is here.
var settingNotes = map[string]string{
	"enabled":                 "In Lockstep, pause or quit instead.",
	"max_retries":             "It had no effect in Stash2Plex. Lockstep tries a scene 8 times, then lists it as failed with the reason.",
	"poll_interval":           "In Stash2Plex it only changed how an outage was waited out. Lockstep makes fewer than two requests a minute while idle.",
	"strict_matching":         "Lockstep always does this: a scene with more than one match is skipped, and the matches are named.",
	"preserve_plex_edits":     "In Stash2Plex it applied to texts only. In Lockstep it applies to every field.",
	"connect_timeout":         "It had no effect in Stash2Plex. In Lockstep each request has its own time limit.",
	"plex_connect_timeout":    "It had no effect in Stash2Plex. In Lockstep each request has its own time limit.",
	"read_timeout":            "It had no effect in Stash2Plex. In Lockstep each request has its own time limit.",
	"plex_read_timeout":       "In Lockstep each request has its own time limit.",
	"sync_master":             "Stash2Plex counted scenes as synced although nothing was written. In Lockstep they stay queued.",
	"sync_tagline":            "In Stash2Plex nothing ever had a tagline.",
	"sync_background":         "Stash2Plex sent a video clip. In Lockstep the cover can become the background: field-background.",
	"sync_collection":         "In Stash2Plex a scene stayed in the collection of its previous studio. In Lockstep it moves.",
	"trigger_plex_scan":       "It had no effect in Stash2Plex. Lockstep asks Plex to scan the folder of a missing file.",
	"skip_not_found":          "In Lockstep a scene that is not in Plex yet costs no request; it is skipped with that reason after park-for.",
	"debug_logging":           "In Lockstep: --log-level debug.",
	"obfuscate_paths":         "Names appeared in Stash2Plex's log anyway.",
	"reconcile_interval":      "It never took effect in Stash2Plex.",
	"reconcile_scope":         "It never took effect in Stash2Plex.",
	"reconcile_missing":       "In Lockstep they are always in the report, as not in Plex yet.",
	"plex_unmatched_path_map": "In Stash2Plex it applied to one kind of reconciliation. In Lockstep path rules apply to everything, from Stash to Plex.",
	"dlq_retention_days":      "In Lockstep failed scenes stay listed until they are in step or you discard them.",
	"strict_mode":             "It had no effect in Stash2Plex.",
	"reconcile_batch_size":    "It had no effect in Stash2Plex. Lockstep reads up to 100 scenes at once.",
	"stash_url":               "Stash passed it with each call. In Lockstep it is your setting: stash-url.",
	"stash_api_key":           "Stash passed it with each call. In Lockstep it is your secret: stash-api-key.",
	"stash_session_cookie":    "Stash passed it with each call. Lockstep has no equivalent.",
}
