package message

// Why a scene is in the queue.
const (
	CauseNew         Code = "cause.new"
	CauseEdited      Code = "cause.edited"
	CauseRenamed     Code = "cause.renamed"
	CauseCover       Code = "cause.cover"
	CauseMoved       Code = "cause.moved"
	CauseNeverSynced Code = "cause.never-synced"
	CauseChanged     Code = "cause.changed"
	CauseDrifted     Code = "cause.drifted"
	CauseEmptied     Code = "cause.emptied"
	CauseMissing     Code = "cause.missing"
	CauseConfirmed   Code = "cause.confirmed"
	CauseActivity    Code = "cause.activity"
	CauseCollections Code = "cause.collections"
	CauseAppeared    Code = "cause.appeared"
	CauseAskedFor    Code = "cause.asked-for"
	CauseRetry       Code = "cause.retry"
	CauseOutage      Code = "cause.outage"
	CauseUndo        Code = "cause.undo"
	CauseSettings    Code = "cause.settings"
	CauseCounted     Code = "cause.counted"
	CauseImported    Code = "cause.imported"
	CauseRepaired    Code = "cause.repaired"
)
