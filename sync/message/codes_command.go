package message

// What commands say.
const (
	CommandNoServers       Code = "command.no-servers"
	AdviceNoServers        Code = "command.no-servers.advice"
	CommandHeld            Code = "command.held"
	AdviceHeld             Code = "command.held.advice"
	CommandPaused          Code = "command.paused"
	AdviceResume           Code = "command.paused.advice"
	CommandNotCompared     Code = "command.not-compared"
	CommandGaveUp          Code = "command.gave-up"
	CommandUnreadStash     Code = "command.unread-stash"
	CommandUnreadPlex      Code = "command.unread-plex"
	CommandToBeDone        Code = "command.to-be-done"
	CommandToBeDoneBecause Code = "command.to-be-done-because"
	CommandSilent          Code = "command.silent"
	CommandOtherUser       Code = "command.other-user"
	AdviceOtherUser        Code = "command.other-user.advice"
	CommandRunsAlready     Code = "command.runs-already"
	AdviceRunsAlready      Code = "command.runs-already.advice"
	CommandNoWindows       Code = "command.no-windows"
	AdviceNoWindows        Code = "command.no-windows.advice"
	CommandNoDesktop       Code = "command.no-desktop"
	AdviceNoDesktop        Code = "command.no-desktop.advice"
	CommandNotRunning      Code = "command.not-running"
	AdviceStart            Code = "command.not-running.advice"
	CommandNoKeyring       Code = "command.no-keyring"
	AdviceNoKeyring        Code = "command.no-keyring.advice"
)

// Why a data folder cannot be used.
const (
	FolderIsFile        Code = "folder.is-file"
	FolderTooLong       Code = "folder.too-long"
	FolderCircle        Code = "folder.circle"
	FolderForbidden     Code = "folder.forbidden"
	FolderDeadLink      Code = "folder.dead-link"
	FolderBelowFile     Code = "folder.below-file"
	FolderMissing       Code = "folder.missing"
	AdviceChooseFolder  Code = "folder.choose.advice"
	AdviceShorterName   Code = "folder.shorter.advice"
	AdviceMendLink      Code = "folder.link.advice"
	AdviceFolderAccess  Code = "folder.access.advice"
	AdviceDiskOrLink    Code = "folder.disk-link.advice"
	AdviceAnotherFolder Code = "folder.another.advice"
	AdviceDiskOrFolder  Code = "folder.disk.advice"
)

// What the running Lockstep and who asks it say of each other.
const (
	RemoteSomethingElse Code = "remote.something-else"
	AdviceRestart       Code = "remote.something-else.advice"
	RemoteQuit          Code = "remote.quit"
	AdviceStartAgain    Code = "remote.quit.advice"
	AdviceStartHeadless Code = "remote.not-running.advice"
	RemoteOtherVersion  Code = "remote.other-version"
	AdviceOtherVersion  Code = "remote.other-version.advice"
	RemoteUnreadable    Code = "remote.unreadable"
	RemoteOtherUser     Code = "remote.other-user"
	RemoteNoCall        Code = "remote.no-call"
	RemoteNoWindows     Code = "remote.no-windows"
)

// What a sync came to.
const (
	CommandNothingToWrite Code = "command.nothing-to-write"
	CommandCounts         Code = "command.counts"
	CommandWritten        Code = "command.written"
	CommandInStep         Code = "command.in-step"
	CommandSkipped        Code = "command.skipped"
	CommandFailed         Code = "command.failed"
	CommandNotInPlex      Code = "command.not-in-plex"
	AdviceConfirm         Code = "command.confirm.advice"
)
