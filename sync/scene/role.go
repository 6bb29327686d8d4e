package scene

import "strings"

// actorMark stands between an actor and what belongs to the actor. No name that was cleaned has a
// space like that.
const actorMark = ":\u2003"

// OfActor is an actor with a role or the address of a picture, as one element of a list.
func OfActor(actor, what string) string { return actor + actorMark + what }

// SplitActor reverses OfActor.
func SplitActor(element string) (actor, what string) {
	actor, what, _ = strings.Cut(element, actorMark)
	return actor, what
}

// ofActors are the elements of the actors that have something, in the order of the actors.
func (it Item) ofActors(has map[string]string) (out []string) {
	for _, name := range it.Performers {
		if what := has[name]; what != "" {
			out = append(out, OfActor(name, what))
		}
	}
	return out
}
