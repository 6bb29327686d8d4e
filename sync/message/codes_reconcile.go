package message

// What a reconciliation says of itself.
const (
	StoppedAnswering     Code = "stopped-answering"
	ReconcileStopped     Code = "reconcile.stopped"
	ReconcileFields      Code = "reconcile.fields"
	ReconcileSums        Code = "reconcile.sums"
	NoChosenLibrary      Code = "no-chosen-library"
	SeeLibraries         Code = "no-chosen-library.advice"
	NoScope              Code = "no-scope"
	NoScopeAdvice        Code = "no-scope.advice"
	VanishedAtOnce       Code = "vanished-at-once"
	VanishedAtOnceAdvice Code = "vanished-at-once.advice"
)
