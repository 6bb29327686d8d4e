package message

// What the mass-change brake asks about.
const (
	BrakeOverwrite     Code = "brake.overwrite"
	BrakeClear         Code = "brake.clear"
	BrakeBoth          Code = "brake.clear-or-overwrite"
	BrakeCounting      Code = "brake.counting"
	SeveralTitle       Code = "fields.title"
	SeveralStudio      Code = "fields.studio"
	SeveralSummary     Code = "fields.summary"
	SeveralDate        Code = "fields.date"
	SeveralPerformers  Code = "fields.performers"
	SeveralTags        Code = "fields.tags"
	SeveralCollections Code = "fields.collections"
	SeveralRating      Code = "fields.rating"
	SeveralPoster      Code = "fields.poster"
	SeveralBackground  Code = "fields.background"
)
