package app

import (
	"strings"

	"github.com/alecthomas/kong"

	"reflect"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/stash2plex"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// AnswerTypes are the types of what commands print with --json.
var AnswerTypes = map[string]reflect.Type{
	"status": reflect.TypeFor[statusJSON](), "queue": reflect.TypeFor[jobsJSON](),
	"retry": reflect.TypeFor[countJSON](), "discard": reflect.TypeFor[countJSON](), "undo": reflect.TypeFor[undoJSON](),
	"outages": reflect.TypeFor[outagesJSON](), "explain": reflect.TypeFor[explanationJSON](),
	"reconcile": reflect.TypeFor[fullReportJSON](), "reports": reflect.TypeFor[[]reportJSON](), "reports ID": reflect.TypeFor[fullReportJSON](),
	"statistics": reflect.TypeFor[statisticsJSON](),
	"activity":   reflect.TypeFor[fromPlexJSON](), "activity --yes": reflect.TypeFor[countJSON](),
	"collections": reflect.TypeFor[collectionsJSON](),
	"history":     reflect.TypeFor[[]activityJSON](), "history --runs": reflect.TypeFor[[]runJSON](),
	"sync": reflect.TypeFor[summaryJSON](), "headless --once": reflect.TypeFor[summaryJSON](),
	"pause": reflect.TypeFor[pauseJSON](), "resume": reflect.TypeFor[pauseJSON](),
	"import":        reflect.TypeFor[importJSON](),
	"settings show": reflect.TypeFor[settingsJSON](), "settings set": reflect.TypeFor[savedJSON](), "settings preset": reflect.TypeFor[presetsJSON](), "settings preset NAME": reflect.TypeFor[presetJSON](),
	"settings import": reflect.TypeFor[savedJSON](), "settings export": reflect.TypeFor[map[string]string](),
	"secret set": reflect.TypeFor[okJSON](), "secret delete": reflect.TypeFor[okJSON](),
	"test-connection": reflect.TypeFor[connectionsJSON](),
	"doctor":          reflect.TypeFor[[]checkJSON](), "doctor --bundle": reflect.TypeFor[bundleJSON](),
	"version": reflect.TypeFor[versionJSON](), "sim": reflect.TypeFor[simJSON](), "error": reflect.TypeFor[failureJSON](),
}

// Empty are the same with nothing in them, and as full as a snapshot can be.
func Empty() map[string][]any {
	lasts := outage.Record{ID: 7, Started: now(), Cause: message.Foreign("connection refused"), JobsHeld: 3}
	return map[string][]any{
		"status":  {statusOf(api.Snapshot{}, statistics.Day{}), statusOf(api.Snapshot{Verdict: health.Down, Outage: &lasts, Attention: []api.Attention{{}}, Failing: []api.Failing{{}}, LastReconciliation: &store.Report{}}, statistics.Day{Written: 1})},
		"outages": {outagesOf("up", api.OutagePage{}), outagesOf("down", api.OutagePage{Records: []outage.Record{lasts}, Gaps: []outage.Gap{{}}, Timeline: []outage.Segment{{}}})},
		"import": {
			importOf(api.Import{}, api.ImportRequest{}),
			importOf(api.Import{
				Files: []stash2plex.File{{}}, Outages: api.ImportedOutages{Added: []outage.Record{lasts}}, Settings: []stash2plex.Setting{{}},
				Reconciliation: &stash2plex.Reconciliation{}, Statistics: &stash2plex.Statistics{},
			}, api.ImportRequest{Preview: true}),
		},
		"queue":           {jobsJSON{Jobs: each([]queue.Job{}, jobOf)}, jobsJSON{Jobs: each([]queue.Job{{}}, jobOf)}},
		"explain":         {explanationOf(api.Explanation{}), explanationOf(api.Explanation{Steps: []api.ExplainStep{{}}, Matches: []api.Match{{}}})},
		"reports":         {each([]store.Report(nil), reportOf), each([]store.Report{{}}, reportOf)},
		"reports ID":      {fullReportJSON{reportOf(store.Report{}), each([]store.ReportRow{{}}, rowOf)}},
		"history":         {each([]store.Activity(nil), activityOf), each([]store.Activity{{Changes: []store.Change{{}}}, {}}, activityOf)},
		"history --runs":  {each([]store.Run(nil), runOf), each([]store.Run{{}}, runOf)},
		"collections":     {collectionsOf(api.Collections{}, false), collectionsOf(api.Collections{Rows: []api.CollectionRow{{Changes: []store.Change{{}}, Kept: []store.Change{{}}}}}, true)},
		"statistics":      {statisticsOf(nil), statisticsOf([]statistics.Day{{Day: "2026-03-01", Written: 2}, {Skipped: map[skip.Code]int{skip.NoFile: 1}}})},
		"test-connection": {connectionsJSON{}, connectionsJSON{testedOf(&api.TestResult{}), testedOf(&api.TestResult{Libraries: []api.Library{{}}})}},
	}
}

// Commands are the names of all commands that end by themselves.
func Commands() []string { return leafCommands() }

func leafCommands() []string {
	parser, err := kong.New(&grammar{})
	if err != nil {
		panic(err)
	}
	var names []string
	for _, c := range parser.Model.Leaves(true) {
		names = append(names, strings.TrimSpace(strings.TrimPrefix(c.FullPath(), parser.Model.Name)))
	}
	return names
}
