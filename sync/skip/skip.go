// Package skip is the closed list of reasons for which a scene is not written: a
// stable code, one sentence, what to do about it, and whether a person must act.
// Nothing may be left undone for a reason that is not in this list.
package skip

import (
	"fmt"
	"strings"
)

// Code identifies a reason. Codes are stored and never renamed.
type Code string

// The reasons.
const (
	NoMetadata      Code = "no-metadata"
	NoFile          Code = "no-file"
	NotInPlex       Code = "not-in-plex"
	Ambiguous       Code = "ambiguous"
	PathNotMapped   Code = "path-not-mapped"
	PathCase        Code = "path-case"
	OutsideLibrary  Code = "outside-library"
	AlreadyQueued   Code = "already-queued"
	RunningNow      Code = "running-now"
	InStep          Code = "in-step"
	LockedInPlex    Code = "locked-in-plex"
	PolicyOff       Code = "policy-off"
	PolicyFill      Code = "policy-fill"
	PlexEditKept    Code = "plex-edit-kept"
	Paused          Code = "paused"
	Excluded        Code = "excluded"
	NeedsSignIn     Code = "needs-sign-in"
	Brake           Code = "brake"
	FailedBefore    Code = "failed-before"
	DeletedInStash  Code = "deleted-in-stash"
	Contested       Code = "contested"
	StoredOtherwise Code = "stored-differently"
	PartialDate     Code = "partial-date"
	LibraryScanning Code = "library-scanning"
	Unreadable      Code = "unreadable"
)

// Reason explains a code.
type Reason struct {
	Code Code
	// Words is one sentence that says what is the case.
	Words string
	// Advice says what the user can do; empty when there is nothing to do.
	Advice string
	// Act is true when nothing will change until the user does something.
	Act bool
	// Field is true when the reason concerns single fields of an item, not the scene.
	Field bool
}

var reasons = []Reason{
	{NoMetadata, "No metadata yet", "add a studio, performer, tag, date or details in Stash to allow sync", true, false},
	{NoFile, "The scene has no file in Stash", "scan the library in Stash or remove the scene", true, false},
	{NotInPlex, "Plex has no item for this file", "let Plex scan the folder, or check that the library is chosen in the settings", true, false},
	{Ambiguous, "More than one answer fits", "remove the duplicate in Stash or Plex, or make the path rules unambiguous", true, false},
	{PathNotMapped, "No path rule covers this file", "add a path rule for its folder in the settings", true, false},
	{PathCase, "The path differs in upper and lower case only", "write the path rule as the folders are called, or give the file one name on both sides", true, false},
	{OutsideLibrary, "The file lies outside the chosen Plex libraries", "choose its library in the settings if it should be synced", true, false},
	{AlreadyQueued, "Already in the queue", "", false, false},
	{RunningNow, "Being written right now", "", false, false},
	{InStep, "In step", "", false, false},
	{LockedInPlex, "Locked in Plex by somebody else", "unlock the field in Plex or set its policy to mirror", false, true},
	{PolicyOff, "The field is switched off in the settings", "change the field's policy to write it", false, true},
	{PolicyFill, "The field is only filled when empty, and it is not empty", "change the field's policy to overwrite it", false, true},
	{PlexEditKept, "Somebody edited this in Plex; the edit was kept", "set the field's policy to mirror to let Stash win", false, true},
	{Paused, "Lockstep is paused", "resume it to go on", false, false},
	{Excluded, "Left out by your filter", "change the filter in the settings to include it", false, false},
	{NeedsSignIn, "Plex or Stash refused the sign-in", "sign in again in the settings", true, false},
	{Brake, "Too many changes at once", "look at the preview and confirm it", true, false},
	{FailedBefore, "Failed before and was given up", "look at the reason in the queue and press Retry", true, false},
	{DeletedInStash, "The scene was deleted in Stash", "", false, false},
	{Contested, "Something else keeps changing this item back in Plex", "find the other tool or person, then press Retry", true, false},
	{StoredOtherwise, "Plex stores this value differently from what was written", "", false, true},
	{PartialDate, "The date in Stash is not a full day", "complete the date in Stash to write it", false, true},
	{LibraryScanning, "Plex is scanning the library", "", false, false},
	{Unreadable, "It could not be read completely", "look into the log of the server that is named", false, false},
}

// With joins the reason to what is particular to one case: the sentence to show and what
// follows it after a colon, empty for nothing. A particular that says the same more
// exactly ("no path rule covers /data/x") takes the place of the sentence.
func (r Reason) With(particular string) (words, more string) {
	switch {
	case particular == "" || strings.EqualFold(particular, r.Words):
		return r.Words, ""
	case begin(particular) == begin(r.Words):
		return strings.ToUpper(particular[:1]) + particular[1:], ""
	}
	return r.Words, particular
}

// begin is how a sentence begins, by which two that say the same are known.
func begin(words string) string {
	const enough = 3 // words
	f := strings.Fields(strings.ToLower(words))
	return strings.Join(f[:min(len(f), enough)], " ")
}

// All lists every reason in a stable order.
func All() []Reason { return append([]Reason(nil), reasons...) }

// Of explains a code. An unknown code (from a newer database) gets a sentence that
// says so instead of nothing.
func Of(c Code) Reason {
	for _, r := range reasons {
		if r.Code == c {
			return r
		}
	}
	return Reason{Code: c, Words: fmt.Sprintf("Reason %q of a newer Lockstep", string(c)), Advice: "update Lockstep"}
}
