package scene

import "strings"

// roleMark stands between an actor and the role. No name that was cleaned has a space like that.
const roleMark = ":\u2003"

// Role is an actor with what Plex shows beside the name, as one element of a list.
func Role(actor, role string) string { return actor + roleMark + role }

// SplitRole reverses Role.
func SplitRole(element string) (actor, role string) {
	actor, role, _ = strings.Cut(element, roleMark)
	return actor, role
}

// roles are those of the actors that have one, in the order of the actors.
func (it Item) roles() (out []string) {
	for _, name := range it.Performers {
		if role := it.Roles[name]; role != "" {
			out = append(out, Role(name, role))
		}
	}
	return out
}
