package message

// What the engine answers to commands, and says of what it does.
const (
	NoReport                 Code = "audit.no-report"
	AdviceNoReport           Code = "audit.no-report.advice"
	NoSceneZero              Code = "sync.no-scene-zero"
	AdviceResumeFirst        Code = "paused.advice"
	AdviceResumeOrPreview    Code = "paused.preview.advice"
	YouStopped               Code = "audit.stopped"
	WasQuit                  Code = "quit"
	Quitting                 Code = "quitting"
	PlexNoAnswer             Code = "audit.no-answer"
	ReportUnfinished         Code = "audit.unfinished"
	AdviceWaitForEnd         Code = "audit.unfinished.advice"
	AdviceBrakeAsks          Code = "brake.advice"
	AuditCutShort            Code = "audit.cut-short"
	AuditUnderWay            Code = "audit.under-way"
	AdviceUnderWay           Code = "audit.under-way.advice"
	SettingsChanged          Code = "audit.settings-changed"
	PlexFixed                Code = "settings.plex-fixed"
	AdvicePlexFixed          Code = "settings.plex-fixed.advice"
	LoginWithoutColon        Code = "settings.no-colon"
	SecretNotStored          Code = "settings.secret-not-stored"
	SignInRunOut             Code = "sign-in.run-out"
	UndoDamaged              Code = "undo.damaged"
	AdviceUndoDamaged        Code = "undo.damaged.advice"
	UndoNothing              Code = "undo.nothing"
	AdviceUndoNothing        Code = "undo.nothing.advice"
	EveryChangeRefused       Code = "work.every-change-refused"
	AdviceEveryChangeRefused Code = "work.every-change-refused.advice"
	NotInQueue               Code = "queue.no-scene"
	AdviceNotInQueue         Code = "queue.no-scene.advice"
	StashConnected           Code = "test.stash"
	StashVersionConnected    Code = "test.stash-version"
	PlexGuest                Code = "test.plex-guest"
	AdvicePlexGuest          Code = "test.plex-guest.advice"
	PlexConnected            Code = "test.plex"
	OtherPlex                Code = "link.other-plex"
	AdviceOtherPlex          Code = "link.other-plex.advice"
	QueuedAgain              Code = "queue.again"
	Stumbled                 Code = "stumbled"
)

// What the worker says of a write.
const (
	PictureUnsent     Code = "write.picture-unsent"
	PosterRefused     Code = "write.poster-refused"
	BackgroundRefused Code = "write.background-refused"
	ChangeRefused     Code = "write.change-refused"
	NoItemAnyMore     Code = "write.no-item-any-more"
	AskedToScan       Code = "write.asked-to-scan"
	ItemItself        Code = "write.item-itself"
	NotTakenOver      Code = "write.not-taken-over"
)

// What cannot be read or compared, and values Plex refuses.
const (
	CoverUnreadable   Code = "cover.unreadable"
	CoverTooLarge     Code = "cover.too-large"
	NoPicture         Code = "cover.none"
	SceneUnread       Code = "read.scene"
	ItemsHidden       Code = "read.hidden"
	AdviceItemsHidden Code = "read.hidden.advice"
	MatchNoFile       Code = "match.no-file"
	PlexRefusedFields Code = "plex.refused-fields"
	PlexRefusedValues Code = "plex.refused-values"
)

// What a command lacks.
const (
	CommandNoAddress Code = "command.no-address"
	AdviceNoAddress  Code = "command.no-address.advice"
)
