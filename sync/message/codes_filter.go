package message

// Why the filter leaves a scene out, or cannot tell.
const (
	FilterHasTag       Code = "filter.has-tag"
	FilterBelowTag     Code = "filter.below-tag"
	FilterLacksTag     Code = "filter.lacks-tag"
	FilterNoSuchTag    Code = "filter.no-such-tag"
	FilterHasStudio    Code = "filter.has-studio"
	FilterBelowStudio  Code = "filter.below-studio"
	FilterLacksStudio  Code = "filter.lacks-studio"
	FilterNoSuchStudio Code = "filter.no-such-studio"
	FilterInFolder     Code = "filter.in-folder"
	FilterNotInFolder  Code = "filter.not-in-folder"
	FilterOrganized    Code = "filter.organized"
	FilterNotOrganized Code = "filter.not-organized"
	FilterHasURL       Code = "filter.has-url"
	FilterNoURL        Code = "filter.no-url"
	FilterHasStashID   Code = "filter.has-stash-id"
	FilterNoStashID    Code = "filter.no-stash-id"
)
