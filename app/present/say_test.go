package present

import (
	"strings"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

var moment = Moment{Now: time.Date(2026, 11, 23, 13, 12, 0, 0, time.UTC), Zone: time.UTC}

// This test changes the language of the process: it runs alone.
func TestMessagesAreSaidInGerman(t *testing.T) { //nolint:paralleltest // see above
	SetLanguage("de")
	defer SetLanguage("en")
	at := time.Date(2026, 11, 21, 10, 4, 0, 0, time.UTC)
	field := func(f scene.Field, m message.Message) message.Message {
		return message.New(message.Headed, message.Of(f.Message()), message.Of(m))
	}
	for want, m := range map[string]message.Message{
		"":                                     message.None,
		"Szene 812, bearbeitet: 21. Nov 10:04": message.New(message.ExplainEdited, message.Number(812), message.Time(at)),
		"eingereiht, weil: nie synchronisiert": message.New(message.ExplainCause, message.Of(queue.Cause("never-synced").Message())),
		"Keine Pfadregel deckt „/data/x.mkv“ ab":                           message.New(message.MatchNoRule, message.List(message.Of(message.New(message.QuotedPath, message.Path("/data/x.mkv"))))),
		"Titel: bleibt: in Plex gesperrt, nicht von Lockstep":              field(scene.FieldTitle, message.New(message.PlanLocked)),
		"Datum: leer → „2019-05-02“; von Lockstep geschrieben am 21. Nov":  message.Clauses(field(scene.FieldDate, message.New(message.ExplainChange, message.Of(message.New(message.ExplainEmpty)), message.Of(message.New(message.QuotedTitle, message.Title("2019-05-02"))))), message.New(message.PlanWrittenOn, message.Day(at))),
		"„Tidal Pools“ in Bibliothek 3 (Eintrag 12): derselbe Pfad, 100 %": message.New(message.ExplainItem, message.Title("Tidal Pools"), message.Of(message.New(message.ExplainLibrary, message.Word("3"))), message.Word("12"), message.Of(message.New(message.MatchSamePath)), message.Number(100)),
		"1" + thin + "204 Felder würden geschrieben":                       message.New(message.ExplainFieldsWritten, message.Count(1204)),
		"1 Feld würde geschrieben":                                         message.New(message.ExplainFieldsWritten, message.Count(1)),
		"gescheiterte Versuche: 2; nächster Versuch: 21. Nov 10:04":        message.New(message.ExplainRetrying, message.Count(2), message.Time(at)),
		"Dies würde 60 von 1" + thin + "204 Taglisten leeren.":             brake.Words([]brake.Trip{{Field: scene.FieldTags, Load: brake.Load{Cleared: 60}, Of: 1204}}),
	} {
		if got := moment.Say(m); got != want && upper(got) != want {
			t.Errorf("%s is said\n%q, want\n%q", m.Code, got, want)
		}
	}
}

// A library, a tag and a scene that are called like words of the catalogue keep their names.
func TestNamesAreNeverTranslated(t *testing.T) { //nolint:paralleltest // changes the language
	SetLanguage("de")
	defer SetLanguage("en")
	for _, name := range []string{"History", "Busy", "Paused", "In step", "In step.", "Plex is busy."} {
		row := ReportRow(store.ReportRow{Title: name, Outcome: SkippedRow, Reason: skip.FilteredTag, Message: message.New(message.FilterHasTag, message.Title(name))}, false)
		if row.Title != name || !strings.Contains(row.Why, "„"+name+"“") {
			t.Errorf("%q is shown as %+v", name, row)
		}
		for _, m := range []message.Message{
			message.New(message.NoChosenLibrary, message.Title(name)),
			message.New(message.Headed, message.Of(message.New(message.PlainTitle, message.Title(name))), message.Of(message.New(message.PlanLocked))),
			message.New(message.ExplainAdded, message.Title(name)),
		} {
			if got := Say(m); !strings.Contains(got, name) && !strings.Contains(got, strings.TrimSuffix(name, ".")) {
				t.Errorf("%q is said %q", name, got)
			}
		}
	}
}

// A server is named before what is said of it, also where something of a person's has its name.
func TestAboutNamesTheServerOnce(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]message.Message{
		"Stash wants an API key.":               message.New(message.StashKeyWanted),
		"Stash: it has the tag “Stash”":         message.New(message.FilterHasTag, message.Title("Stash")),
		"Stash: connection refused":             message.Foreign("connection refused"),
		"Stash 0.30 cannot be reached by Stash": message.Foreign("Stash 0.30 cannot be reached by Stash"),
	} {
		if got := About("Stash", m); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
