package message

// What the engine says and asks.
const (
	PausedByDamage        Code = "paused-by-damage"
	StepInHand            Code = "quitting.step"
	Paused                Code = "paused"
	SetUpUnfinished       Code = "set-up-unfinished"
	SetUpUnfinishedAdvice Code = "set-up-unfinished.advice"
)
