package present

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

// Playback is one thing Stash learns from Plex, for a row.
type Playback struct {
	When, Name, What, State string
	Tone                    Tone
}

// PlaybackRow says what Plex has, and what became of it.
func PlaybackRow(p store.Playback, m Moment) Playback {
	name := p.Title
	if p.Scene != 0 {
		name = Named(p.Name, p.Scene)
	}
	row := Playback{When: m.Stamp(p.At), Name: name, What: playbackWhat(p), State: PlaybackState(p.State)}
	if !p.Why.IsZero() {
		row.State = join(row.State, m.Say(p.Why))
	}
	switch p.State {
	case store.PlaybackFailed:
		row.Tone = Bad
	case store.PlaybackWaiting, store.PlaybackKept:
		row.Tone = Warn
	case store.PlaybackUnmatched, store.PlaybackDeclined, store.PlaybackPresent, store.PlaybackUndone:
		row.Tone = Muted
	case store.PlaybackNew, store.PlaybackIntent, store.PlaybackWritten, store.PlaybackUndo:
	}
	return row
}

func playbackWhat(p store.Playback) string {
	switch {
	case p.Kind == playback.Rating && p.New == 0:
		return T("rating removed")
	case p.Kind == playback.Rating:
		return T("rated %s of 100", Number(int(p.New)))
	case p.Kind == playback.Resume && p.New == 0:
		return T("finished or not begun")
	case p.Kind == playback.Resume:
		return T("left at %s", Duration((time.Duration(p.New) * time.Millisecond).Truncate(time.Second)))
	}
	return T("watched")
}

// PlaybackState is a state for people.
func PlaybackState(s store.PlaybackState) string {
	switch s {
	case store.PlaybackNew:
		return T("not compared yet")
	case store.PlaybackUnmatched:
		return T("no scene")
	case store.PlaybackWaiting:
		return T("waiting")
	case store.PlaybackIntent:
		return T("being written")
	case store.PlaybackWritten:
		return T("written")
	case store.PlaybackPresent:
		return T("already in Stash")
	case store.PlaybackKept:
		return T("kept in Stash")
	case store.PlaybackDeclined:
		return T("skipped")
	case store.PlaybackFailed:
		return T("failed")
	case store.PlaybackUndo:
		return T("being taken back")
	case store.PlaybackUndone:
		return T("taken back")
	}
	return string(s)
}

// PlaybackKind is a kind for people, as the settings call it.
func PlaybackKind(k playback.Kind) string {
	switch k {
	case playback.Resume:
		return T("Resume points")
	case playback.Rating:
		return T("Ratings")
	case playback.Play:
	}
	return T("Plays")
}

// PlaybackCounts says how much of a kind there is: "Plays: 3 waiting · 214 written".
func PlaybackCounts(k api.ActivityKind) string {
	if !k.On {
		return T("%s: off", PlaybackKind(k.Kind))
	}
	words := ""
	for _, s := range store.PlaybackStates() {
		if n := k.Counts[s]; n > 0 {
			words = join(words, T("%s %s", Number(n), PlaybackState(s)))
		}
	}
	if words == "" {
		words = T("nothing yet")
	}
	return T("%s: %s", PlaybackKind(k.Kind), words)
}

// ActivityLine says how far Stash knows what was watched in Plex: when Plex was asked, what
// waits and what stands in the way.
func ActivityLine(a api.Activity, m Moment) Line {
	l := Line{Words: T("Plex was not asked yet"), Tone: Muted}
	if !a.Looked.IsZero() {
		l.Words = T("Plex was asked %s", m.Stamp(a.Looked))
	}
	if a.Looking {
		l.Words, l.Tone = T("Asking Plex…"), Busy
	}
	if a.Asking > 0 {
		l.Words, l.Tone = join(l.Words, T("%s waiting for your decision", Number(a.Asking))), Warn
	}
	if !a.Why.IsZero() {
		l.Words, l.Tone = join(l.Words, m.Say(a.Why)), Warn
	}
	return l
}

// Undoable reports whether a line of the history is about something that was written, so that
// it can be undone.
func Undoable(a store.Activity) bool {
	return len(a.Changes) > 0 || a.Message.Is(message.ActivityPlay) || a.Message.Is(message.ActivityRating) || a.Message.Is(message.ActivityUnrated) || a.Message.Is(message.ActivityPoint) || a.Message.Is(message.ActivityFinished)
}
