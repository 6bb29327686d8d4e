// Package skip is the closed list of reasons for which a scene is not written: a
// stable code, one sentence, what to do about it, and whether a person must act.
// Nothing may be left undone for a reason that is not in this list.
package skip

import (
	"lockstep/sync/message"

	"slices"
)

// Code identifies a reason. Codes are stored and never renamed.
type Code string

// The reasons.
const (
	NoMetadata        Code = "no-metadata"
	NoFile            Code = "no-file"
	NotInPlex         Code = "not-in-plex"
	Ambiguous         Code = "ambiguous"
	PathNotMapped     Code = "path-not-mapped"
	PathCase          Code = "path-case"
	OutsideLibrary    Code = "outside-library"
	AlreadyQueued     Code = "already-queued"
	RunningNow        Code = "running-now"
	InStep            Code = "in-step"
	LockedInPlex      Code = "locked-in-plex"
	PolicyOff         Code = "policy-off"
	PolicyFill        Code = "policy-fill"
	PlexEditKept      Code = "plex-edit-kept"
	Paused            Code = "paused"
	FilteredTag       Code = "filtered-tag"
	FilteredStudio    Code = "filtered-studio"
	FilteredPath      Code = "filtered-path"
	FilteredOrganized Code = "filtered-organized"
	FilteredURL       Code = "filtered-url"
	FilteredStashID   Code = "filtered-stash-id"
	FilterUnknown     Code = "filter-unknown"
	NeedsSignIn       Code = "needs-sign-in"
	Brake             Code = "brake"
	FailedBefore      Code = "failed-before"
	DeletedInStash    Code = "deleted-in-stash"
	Contested         Code = "contested"
	StoredOtherwise   Code = "stored-differently"
	PartialDate       Code = "partial-date"
	LibraryScanning   Code = "library-scanning"
	Unreadable        Code = "unreadable"
)

// Reason explains a code.
type Reason struct {
	Code Code
	// Message is one sentence that says what is the case.
	Message message.Message
	// Advice says what the user can do; empty when there is nothing to do.
	Advice message.Message
	// Act is true when nothing will change until the user does something.
	Act bool
	// Field is true when the reason concerns single fields of an item, not the scene.
	Field bool
}

var reasons = []Reason{
	{NoMetadata, message.New(message.SkipNoMetadata), message.New(message.AdviceNoMetadata), true, false},
	{NoFile, message.New(message.SkipNoFile), message.New(message.AdviceNoFile), true, false},
	{NotInPlex, message.New(message.SkipNotInPlex), message.New(message.AdviceNotInPlex), true, false},
	{Ambiguous, message.New(message.SkipAmbiguous), message.New(message.AdviceAmbiguous), true, false},
	{PathNotMapped, message.New(message.SkipPathNotMapped), message.New(message.AdvicePathNotMapped), true, false},
	{PathCase, message.New(message.SkipPathCase), message.New(message.AdvicePathCase), true, false},
	{OutsideLibrary, message.New(message.SkipOutsideLibrary), message.New(message.AdviceOutsideLibrary), true, false},
	{AlreadyQueued, message.New(message.SkipAlreadyQueued), message.None, false, false},
	{RunningNow, message.New(message.SkipRunningNow), message.None, false, false},
	{InStep, message.New(message.SkipInStep), message.None, false, false},
	{LockedInPlex, message.New(message.SkipLockedInPlex), message.New(message.AdviceLockedInPlex), false, true},
	{PolicyOff, message.New(message.SkipPolicyOff), message.New(message.AdvicePolicyOff), false, true},
	{PolicyFill, message.New(message.SkipPolicyFill), message.New(message.AdvicePolicyFill), false, true},
	{PlexEditKept, message.New(message.SkipPlexEditKept), message.New(message.AdvicePlexEditKept), false, true},
	{Paused, message.New(message.SkipPaused), message.New(message.AdvicePaused), false, false},
	{FilteredTag, message.New(message.SkipFilteredTag), message.New(message.AdviceFiltered), false, false},
	{FilteredStudio, message.New(message.SkipFilteredStudio), message.New(message.AdviceFiltered), false, false},
	{FilteredPath, message.New(message.SkipFilteredPath), message.New(message.AdviceFiltered), false, false},
	{FilteredOrganized, message.New(message.SkipFilteredOrganized), message.New(message.AdviceFiltered), false, false},
	{FilteredURL, message.New(message.SkipFilteredURL), message.New(message.AdviceFiltered), false, false},
	{FilteredStashID, message.New(message.SkipFilteredStashID), message.New(message.AdviceFiltered), false, false},
	{FilterUnknown, message.New(message.SkipFilterUnknown), message.New(message.AdviceFilterUnknown), true, false},
	{NeedsSignIn, message.New(message.SkipNeedsSignIn), message.New(message.AdviceNeedsSignIn), true, false},
	{Brake, message.New(message.SkipBrake), message.New(message.AdviceBrake), true, false},
	{FailedBefore, message.New(message.SkipFailedBefore), message.New(message.AdviceFailedBefore), true, false},
	{DeletedInStash, message.New(message.SkipDeletedInStash), message.None, false, false},
	{Contested, message.New(message.SkipContested), message.New(message.AdviceContested), true, false},
	{StoredOtherwise, message.New(message.SkipStoredOtherwise), message.None, false, true},
	{PartialDate, message.New(message.SkipPartialDate), message.New(message.AdvicePartialDate), false, true},
	{LibraryScanning, message.New(message.SkipLibraryScanning), message.None, false, false},
	{Unreadable, message.New(message.SkipUnreadable), message.New(message.AdviceUnreadable), false, false},
}

// exact are what says the same as a reason, with the case it is about.
var exact = map[Code][]message.Code{
	NotInPlex:     {message.MatchNoItem},
	PathNotMapped: {message.MatchNoRule},
	PathCase:      {message.MatchPathCase},
}

// With joins the reason to what is particular to one case: what to say and what follows it
// after a colon, if anything does. A particular that says the same more exactly ("no path
// rule covers /data/x") takes the place of the reason.
func (r Reason) With(particular message.Message) (words, more message.Message) {
	switch {
	case particular.IsZero() || particular.Is(r.Message.Code):
		return r.Message, message.None
	case slices.Contains(exact[r.Code], particular.Code):
		return particular, message.None
	}
	return r.Message, particular
}

// Filtered reports whether the code is that of a scene the person's filter does not want.
func (c Code) Filtered() bool {
	switch c {
	case FilteredTag, FilteredStudio, FilteredPath, FilteredOrganized, FilteredURL, FilteredStashID:
		return true
	}
	return false
}

// Deliberate reports whether a scene was left alone because a person wants it so: by the
// filter, or by deleting it. Such a scene is as it should be.
func (c Code) Deliberate() bool { return c.Filtered() || c == DeletedInStash }

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
	return Reason{Code: c, Message: message.New(message.SkipUnknown, message.Word(c)), Advice: message.New(message.AdviceUnknown)}
}
