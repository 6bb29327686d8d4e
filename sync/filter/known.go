package filter

import (
	"slices"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Known is what the names of a filter stand for in Stash. It is stored, so that a tag that
// is renamed while Lockstep does not run keeps its meaning.
type Known struct {
	Names   scene.Hash `json:"names"` // of the filter it was made for
	Tags    Lists      `json:"tags,omitzero"`
	Studios Lists      `json:"studios,omitzero"`
}

// Lists are those of a config.Choice.
type Lists struct {
	Only  List `json:"only,omitzero"`
	Never List `json:"never,omitzero"`
}

// List is what a list of names stands for.
type List struct {
	// Roots are the ids that are named, by the folded entry. One that was deleted in Stash
	// keeps its id.
	Roots map[string]string `json:"roots,omitempty"`
	// In are the ids that count, each with the entry by which it does: the roots and all
	// that stands below them.
	In map[string]string `json:"in,omitempty"`
	// Unknown are the entries Stash has nothing for. In a list of what is never wanted one
	// that was deleted is none of them: no scene can have it.
	Unknown []string `json:"unknown,omitempty"`
}

// Unknown lists the entries that are unknown, of tags and of studios.
func (k Known) Unknown() (tags, studios []string) {
	return slices.Concat(k.Tags.Only.Unknown, k.Tags.Never.Unknown), slices.Concat(k.Studios.Only.Unknown, k.Studios.Never.Unknown)
}

// NotThere says of each entry that is unknown that Stash does not have it.
func NotThere(k Known) (out []message.Message) {
	tags, studios := k.Unknown()
	for _, t := range tags {
		out = append(out, message.New(message.FilterNoSuchTag, message.Title(t)))
	}
	for _, s := range studios {
		out = append(out, message.New(message.FilterNoSuchStudio, message.Title(s)))
	}
	return out
}

// Doubtful reports whether something in the filter is unknown.
func (k Known) Doubtful() bool {
	tags, studios := k.Unknown()
	return len(tags)+len(studios) > 0
}

// Resolve finds what the names of a filter stand for: a name, else an alias, else an id.
// Before is what they stood for; it knows what was renamed and what was deleted since.
func Resolve(f config.Filter, tree scene.Tree, before Known) Known {
	tags, studios := forestOf(tree.Tags), forestOf(tree.Studios)
	return Known{
		Names:   f.Names(),
		Tags:    Lists{tags.list(f.Tags.Only, before.Tags.Only, true), tags.list(f.Tags.Never, before.Tags.Never, false)},
		Studios: Lists{studios.list(f.Studios.Only, before.Studios.Only, true), studios.list(f.Studios.Never, before.Studios.Never, false)},
	}
}

// Renamed is the filter with those entries called by their present names whose tag or studio
// is called otherwise now, and whether there are any.
func Renamed(f config.Filter, tree scene.Tree, k Known) (config.Filter, bool) {
	tags, studios := forestOf(tree.Tags), forestOf(tree.Studios)
	changed := false
	for _, part := range []struct {
		trees forest
		list  *[]string
		known List
	}{
		{tags, &f.Tags.Only, k.Tags.Only},
		{tags, &f.Tags.Never, k.Tags.Never},
		{studios, &f.Studios.Only, k.Studios.Only},
		{studios, &f.Studios.Never, k.Studios.Never},
	} {
		next := slices.Clone(*part.list)
		for i, entry := range next {
			id := part.known.Roots[scene.Fold(entry)]
			if node, there := part.trees.nodes[id]; there && part.trees.find(entry) == "" {
				next[i], changed = node.Name, true
			}
		}
		*part.list = next
	}
	return f, changed
}

// Moved lists the ids that count in one of the lists and not in the same one of the other:
// the scenes that use them are to be judged anew.
func (k Known) Moved(before Known) (tags, studios []string) {
	return moved(k.Tags, before.Tags), moved(k.Studios, before.Studios)
}

func moved(a, b Lists) (ids []string) {
	for _, pair := range [][2]map[string]string{{a.Only.In, b.Only.In}, {b.Only.In, a.Only.In}, {a.Never.In, b.Never.In}, {b.Never.In, a.Never.In}} {
		for id := range pair[0] {
			if _, there := pair[1][id]; !there {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// forest is all tags or all studios.
type forest struct {
	nodes          map[string]scene.Node
	names, aliases map[string]string // folded → id
	below          map[string][]string
}

func forestOf(nodes []scene.Node) forest {
	f := forest{map[string]scene.Node{}, map[string]string{}, map[string]string{}, map[string][]string{}}
	for _, n := range nodes {
		f.nodes[n.ID], f.names[scene.Fold(n.Name)] = n, n.ID
		for _, a := range n.Aliases {
			f.aliases[scene.Fold(a)] = n.ID
		}
		for _, above := range n.Parents {
			f.below[above] = append(f.below[above], n.ID)
		}
	}
	return f
}

// find is the id an entry names, "" for none.
func (f forest) find(entry string) string {
	for _, in := range []map[string]string{f.names, f.aliases} {
		if id := in[scene.Fold(entry)]; id != "" {
			return id
		}
	}
	return f.nodes[entry].ID
}

func (f forest) list(entries []string, before List, only bool) List {
	var out List
	for _, entry := range entries {
		key := scene.Fold(entry)
		id, former := f.find(entry), before.Roots[key]
		if id == "" {
			id = f.nodes[former].ID // renamed
		}
		if id == "" && (only || former == "") {
			out.Unknown = append(out.Unknown, entry)
		}
		if id == "" {
			id = former
		}
		if id == "" {
			continue
		}
		if out.Roots == nil {
			out.Roots, out.In = map[string]string{}, map[string]string{}
		}
		out.Roots[key] = id
		f.grow(id, entry, out.In)
	}
	return out
}

// grow puts an id and all below it into a list, each once, however the tree is knotted.
func (f forest) grow(id, entry string, in map[string]string) {
	if _, there := in[id]; there {
		return
	}
	if _, known := f.nodes[id]; !known {
		return
	}
	in[id] = entry
	for _, child := range f.below[id] {
		f.grow(child, entry, in)
	}
}
