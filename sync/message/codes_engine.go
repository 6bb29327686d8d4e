package message

// What the engine says and asks.
const (
	PausedByDamage        Code = "paused-by-damage"
	Paused                Code = "paused"
	SetUpUnfinished       Code = "set-up-unfinished"
	SetUpUnfinishedAdvice Code = "set-up-unfinished.advice"
)
