package message

// What the mass-change brake asks about.
const (
	BrakeOverwrite       Code = "brake.overwrite"
	BrakeClear           Code = "brake.clear"
	BrakeBoth            Code = "brake.clear-or-overwrite"
	BrakeCounting        Code = "brake.counting"
	SeveralTitle         Code = "fields.title"
	SeveralSortTitle     Code = "fields.sort-title"
	SeveralOriginalTitle Code = "fields.original-title"
	SeveralTagline       Code = "fields.tagline"
	SeveralEdition       Code = "fields.edition"
	SeveralStudio        Code = "fields.studio"
	SeveralSummary       Code = "fields.summary"
	SeveralDate          Code = "fields.date"
	SeveralContentRating Code = "fields.content-rating"
	SeveralPerformers    Code = "fields.performers"
	SeveralDirectors     Code = "fields.directors"
	SeveralWriters       Code = "fields.writers"
	SeveralProducers     Code = "fields.producers"
	SeveralCountries     Code = "fields.countries"
	SeveralTags          Code = "fields.tags"
	SeveralCollections   Code = "fields.collections"
	SeveralLabels        Code = "fields.labels"
	SeveralRating        Code = "fields.rating"
	SeveralPoster        Code = "fields.poster"
	SeveralBackground    Code = "fields.background"
)
