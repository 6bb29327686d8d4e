package message

// What is the case with a collection in Plex, and what is done about it.
const (
	CollectionSmart      Code = "collection.smart"
	CollectionSeveral    Code = "collection.several"
	CollectionGone       Code = "collection.gone"
	CollectionRests      Code = "collection.rests"
	CollectionUnread     Code = "collection.unread"
	CollectionIn         Code = "collection.in"
	CollectionUndone     Code = "collection.undone"
	CollectionBrake      Code = "collection.brake"
	AdviceCollections    Code = "collection.brake.advice"
	NotBothAnswer        Code = "not-both-answer"
	AdviceNotBothAnswer  Code = "not-both-answer.advice"
	CollectionOff        Code = "collection.off"
	AdviceCollectionOff  Code = "collection.off.advice"
	PlanCollectionSet    Code = "plan.collection-set"
	PictureDrawing       Code = "picture.drawing"
	AdvicePictureDrawing Code = "picture.drawing.advice"
)
