package plan

import (
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// thing is one tag, performer or group of Stash with the name it gets in Plex. The id tells it
// from things of other kinds, too.
type thing struct{ id, name string }

func tagID(t scene.Named) string { return "tag/" + t.ID }

func tagsOf(list []scene.Tag) []thing {
	out := make([]thing, 0, len(list))
	for _, t := range list {
		out = append(out, thing{tagID(t.Named), line(t.Name)})
	}
	return out
}

// performersOf names the performers of a scene. Plex knows an actor by the name alone, so
// those who share one are told apart by their disambiguation.
func performersOf(list []scene.Performer) []thing {
	same := map[string]int{}
	for _, p := range list {
		same[key(line(p.Name))]++
	}
	out := make([]thing, 0, len(list))
	for _, p := range list {
		name := line(p.Name)
		if same[key(name)] > 1 {
			p.Name, p.Disambiguation = name, line(p.Disambiguation)
			name = line(p.Label())
		}
		out = append(out, thing{"performer/" + p.ID, name})
	}
	return out
}

// toldApart lists the groups of performers that only their disambiguation tells apart.
func toldApart(list []scene.Performer, named []thing) (groups []group) {
	for i, p := range list {
		groups = gather(groups, key(line(p.Name)), thing{key(named[i].name), named[i].name})
	}
	return severalOf(groups)
}

// group is what shares one key.
type group struct {
	key    string
	things []thing
}

// gather puts a thing into the group of its key, unless it is there.
func gather(groups []group, key string, t thing) []group {
	for i := range groups {
		if groups[i].key == key {
			for _, has := range groups[i].things {
				if has.id == t.id {
					return groups
				}
			}
			groups[i].things = append(groups[i].things, t)
			return groups
		}
	}
	return append(groups, group{key, []thing{t}})
}

func severalOf(groups []group) (out []group) {
	for _, g := range groups {
		if len(g.things) > 1 {
			out = append(out, g)
		}
	}
	return out
}

// names quotes the names of a group, as often as they are.
func (g group) names() message.Arg {
	out := make([]message.Arg, len(g.things))
	for i, t := range g.things {
		out[i] = message.Of(message.New(message.QuotedTitle, message.Title(t.name)))
	}
	return message.List(out...)
}

func (g group) folded() message.Message { return message.New(message.PlanFolded, g.names()) }

func (g group) apart() message.Message {
	return message.New(message.PlanApart, g.names())
}
