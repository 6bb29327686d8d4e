package message

// What is asked of a server again and again without success.
const (
	FailingPlexList    Code = "failing.plex-list"
	FailingStashScenes Code = "failing.stash-scenes"
	FailingStashNames  Code = "failing.stash-names"
	FailingStashFiles  Code = "failing.stash-files"
	FailingStashGive   Code = "failing.stash-give"
	FailingPlexChanges Code = "failing.plex-changes"
	FailingPlexItems   Code = "failing.plex-items"
	FailingStash       Code = "failing.stash"
	FailingPlex        Code = "failing.plex"
	FailingPlexHistory Code = "failing.plex-history"
	FailingStashPlays  Code = "failing.stash-plays"
	FailingStashLooks  Code = "failing.stash-looks"
	FailingPlexLooks   Code = "failing.plex-looks"
	FailingScene       Code = "failing.scene"
	FailingBecause     Code = "failing.because"
	FailingAgain       Code = "failing.again"
)

// What a person is asked for before anything can be written.
const (
	FirstRunServers          Code = "first-run.servers"
	AdviceFirstRunServers    Code = "first-run.servers.advice"
	FirstRunUnfinished       Code = "first-run.unfinished"
	AdviceFirstRunUnfinished Code = "first-run.unfinished.advice"
)
