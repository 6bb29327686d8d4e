package present

import (
	"maps"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/stash2plex"
)

// TwoWriters says that the plugin still writes to Plex, "" when it does not.
func TwoWriters(s api.PluginState) string {
	if s != api.PluginOn {
		return ""
	}
	return Say(twoWriters())
}

func twoWriters() message.Message {
	return message.Sentences(message.New(message.DoctorOtherWriter), message.New(message.AdviceOtherWriter))
}

// Import tells what an import from Stash2Plex brought, or would bring, a sentence or two each.
func Import(r api.Import, preview bool, m Moment) []string {
	var lines []string
	for _, said := range ImportMessages(r, preview) {
		lines = append(lines, m.Say(said))
	}
	return lines
}

// ImportMessages are what Import says.
func ImportMessages(r api.Import, preview bool) []message.Message {
	all := []message.Message{counted(r), plugin(r)}
	if len(r.Files) > 0 {
		all = slices.Insert(all, 0, importedOutages(r.Outages), importedScenes(r.Scenes), leftFiles(r.Files))
	}
	if preview {
		all = append(all, message.New(message.ImportPreview))
	}
	return slices.DeleteFunc(all, message.Message.IsZero)
}

// Tally is how many there are of something; one that is none is left out.
type Tally struct {
	Code message.Code
	N    int
}

// Tallies is a sentence that counts: what comes first, and the others that are not none.
func Tallies(how message.Code, first message.Message, others ...Tally) message.Message {
	all := []message.Arg{message.Of(first)}
	for _, t := range others {
		if t.N > 0 {
			all = append(all, message.Of(message.New(t.Code, message.Count(t.N))))
		}
	}
	return message.New(how, message.List(all...))
}

func importedOutages(o api.ImportedOutages) message.Message {
	out := Tallies(message.ImportCounts, message.New(message.ImportRecords, message.Count(o.Read), message.Count(len(o.Added))),
		Tally{message.ImportRecordsJoined, o.Joined}, Tally{message.ImportRecordsKnown, o.Known},
		Tally{message.ImportRecordsOld, o.Old}, Tally{message.ImportRecordsDropped, o.Dropped})
	if len(o.Added) == 0 {
		return out
	}
	return message.Sentences(out, message.New(message.ImportNotCounted))
}

func importedScenes(s api.ImportedScenes) message.Message {
	if s.Read == 0 {
		return message.None
	}
	return message.Sentences(Tallies(message.ImportCounts, message.New(message.ImportScenes, message.Count(s.Read)),
		Tally{message.ImportScenesInStep, s.InStep}, Tally{message.ImportScenesQueued, s.Queued},
		Tally{message.ImportScenesWaiting, s.Waiting}, Tally{message.ImportScenesLater, s.Later}), message.New(message.ImportScenesUnproven))
}

// leftFiles tells of the files that were not read, and why.
func leftFiles(files []stash2plex.File) message.Message {
	by := map[stash2plex.FileState][]message.Arg{}
	for _, f := range files {
		by[f.State] = append(by[f.State], message.Path(f.Name))
	}
	var all []message.Message
	for _, left := range []struct {
		state stash2plex.FileState
		code  message.Code
	}{
		{stash2plex.Damaged, message.ImportFilesDamaged}, {stash2plex.TooLarge, message.ImportFilesTooLarge}, {stash2plex.NotAFile, message.ImportFilesNotAFile},
		{stash2plex.Unreadable, message.ImportFilesUnreadable}, {stash2plex.NotDecoded, message.ImportFilesNotDecoded},
	} {
		if names := by[left.state]; len(names) > 0 {
			all = append(all, message.New(left.code, message.List(names...)))
		}
	}
	if len(by[stash2plex.NotDecoded]) > 0 {
		all = append(all, message.New(message.ImportQueueFound))
	}
	return message.Sentences(all...)
}

// counted tells what the plugin said of itself.
func counted(r api.Import) message.Message {
	var said, done message.Message
	if s := r.Statistics; s != nil {
		said = message.New(message.ImportStatistics, message.Count(s.Processed), message.Count(s.Succeeded), message.Count(s.Failed), message.Count(s.Dead))
	}
	if x := r.Reconciliation; x != nil {
		done = message.New(message.ImportReconciled, message.Time(x.At), message.Count(x.Checked), message.Count(x.Gaps), message.Count(x.Enqueued))
	}
	return message.Sentences(said, done)
}

func plugin(r api.Import) message.Message {
	switch r.Plugin {
	case api.PluginOn:
		return twoWriters()
	case api.PluginOff:
		return message.New(message.ImportPluginOff)
	case api.PluginAbsent:
		return message.New(message.ImportPluginAbsent)
	case api.PluginUnknown:
		return message.Sentences(message.New(message.ImportPluginUnknown), r.Why, r.Hint)
	}
	return message.None
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
