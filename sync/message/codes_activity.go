package message

// What Stash learns from Plex: why something is not written there, what was, and what a
// person is asked.
const (
	ActivityGone        Code = "activity.gone"
	ActivityNoScene     Code = "activity.no-scene"
	ActivityShared      Code = "activity.shared"
	ActivityDeleted     Code = "activity.deleted"
	ActivityUnread      Code = "activity.unread"
	ActivityUnconfirmed Code = "activity.unconfirmed"
	ActivityBraked      Code = "activity.braked"
	ActivityKeptRating  Code = "activity.kept-rating"
	ActivityKeptPoint   Code = "activity.kept-point"
	ActivityEqual       Code = "activity.equal"
	ActivityChanged     Code = "activity.changed-since"
	ActivityDeclined    Code = "activity.declined"

	ActivityPlay        Code = "activity.play"
	ActivityRating      Code = "activity.rating"
	ActivityUnrated     Code = "activity.unrated"
	ActivityPoint       Code = "activity.point"
	ActivityFinished    Code = "activity.finished"
	ActivityWatched     Code = "activity.watched"
	ActivityUndonePlay  Code = "activity.undone-play"
	ActivityUndoneOther Code = "activity.undone"

	ActivityAsks       Code = "activity.asks"
	AdviceActivityAsks Code = "activity.asks.advice"
	ActivityCountPlays Code = "activity.count-plays"
	ActivityCountOther Code = "activity.count-ratings"
	ActivityCountPoint Code = "activity.count-points"
	ActivityAccount    Code = "activity.unknown-accounts"
	ActivityMirror     Code = "activity.mirror"
	ActivityOff        Code = "activity.off"
	AdviceActivityOff  Code = "activity.off.advice"
)
