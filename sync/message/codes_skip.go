package message

// Why a scene or a field is not written, in the order of package skip.
const (
	SkipNoMetadata        Code = "skip.no-metadata"
	SkipNoFile            Code = "skip.no-file"
	SkipNotInPlex         Code = "skip.not-in-plex"
	SkipAmbiguous         Code = "skip.ambiguous"
	SkipPathNotMapped     Code = "skip.path-not-mapped"
	SkipPathCase          Code = "skip.path-case"
	SkipOutsideLibrary    Code = "skip.outside-library"
	SkipAlreadyQueued     Code = "skip.already-queued"
	SkipRunningNow        Code = "skip.running-now"
	SkipInStep            Code = "skip.in-step"
	SkipLockedInPlex      Code = "skip.locked-in-plex"
	SkipPolicyOff         Code = "skip.policy-off"
	SkipPolicyFill        Code = "skip.policy-fill"
	SkipPlexEditKept      Code = "skip.plex-edit-kept"
	SkipPaused            Code = "skip.paused"
	SkipFilteredTag       Code = "skip.filtered-tag"
	SkipFilteredStudio    Code = "skip.filtered-studio"
	SkipFilteredPath      Code = "skip.filtered-path"
	SkipFilteredOrganized Code = "skip.filtered-organized"
	SkipFilteredURL       Code = "skip.filtered-url"
	SkipFilteredStashID   Code = "skip.filtered-stash-id"
	SkipFilterUnknown     Code = "skip.filter-unknown"
	SkipNeedsSignIn       Code = "skip.needs-sign-in"
	SkipBrake             Code = "skip.brake"
	SkipFailedBefore      Code = "skip.failed-before"
	SkipDeletedInStash    Code = "skip.deleted-in-stash"
	SkipContested         Code = "skip.contested"
	SkipStoredOtherwise   Code = "skip.stored-differently"
	SkipPartialDate       Code = "skip.partial-date"
	SkipLibraryScanning   Code = "skip.library-scanning"
	SkipUnreadable        Code = "skip.unreadable"
)

// What can be done about it.
const (
	AdviceNoMetadata     Code = "skip.no-metadata.advice"
	AdviceNoFile         Code = "skip.no-file.advice"
	AdviceNotInPlex      Code = "skip.not-in-plex.advice"
	AdviceAmbiguous      Code = "skip.ambiguous.advice"
	AdvicePathNotMapped  Code = "skip.path-not-mapped.advice"
	AdvicePathCase       Code = "skip.path-case.advice"
	AdviceOutsideLibrary Code = "skip.outside-library.advice"
	AdviceLockedInPlex   Code = "skip.locked-in-plex.advice"
	AdvicePolicyOff      Code = "skip.policy-off.advice"
	AdvicePolicyFill     Code = "skip.policy-fill.advice"
	AdvicePlexEditKept   Code = "skip.plex-edit-kept.advice"
	AdvicePaused         Code = "skip.paused.advice"
	AdviceFiltered       Code = "skip.filtered.advice"
	AdviceFilterUnknown  Code = "skip.filter-unknown.advice"
	AdviceNeedsSignIn    Code = "skip.needs-sign-in.advice"
	AdviceBrake          Code = "skip.brake.advice"
	AdviceFailedBefore   Code = "skip.failed-before.advice"
	AdviceContested      Code = "skip.contested.advice"
	AdvicePartialDate    Code = "skip.partial-date.advice"
	AdviceUnreadable     Code = "skip.unreadable.advice"
)

// A reason of a newer Lockstep.
const (
	SkipUnknown   Code = "skip.unknown"
	AdviceUnknown Code = "skip.unknown.advice"
)
