package plan

import (
	"slices"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/template"
)

// aboutStudio and aboutGroup are the placeholders that stand for a studio or a group.
var (
	aboutStudio = []string{"studio", "parent_studio", "network"}
	aboutGroup  = []string{"group"}
)

func about(kind scene.SubjectKind) []string {
	if kind == scene.GroupSubject {
		return aboutGroup
	}
	return aboutStudio
}

// AboutSubjects are the templates of the collections that are about one studio, or one group,
// and nothing else: those with the year or a performer in their title are not.
func AboutSubjects(set config.Settings, kind scene.SubjectKind) []string {
	if set.Policy(scene.FieldCollections) == config.Off {
		return nil
	}
	var out []string
	for _, text := range set.Source(scene.FieldCollections) {
		t, err := template.Parse(text)
		if err != nil || len(t.Names()) == 0 {
			continue
		}
		if !slices.ContainsFunc(t.Names(), func(name string) bool { return !slices.Contains(about(kind), name) }) {
			out = append(out, text)
		}
	}
	return out
}

// CollectionTitles are the titles of the collections that are about a studio or a group.
func CollectionTitles(set config.Settings, s scene.Subject) []string {
	templates := AboutSubjects(set, s.Kind)
	if len(templates) == 0 {
		return nil
	}
	only := config.Settings{
		Fields:  map[scene.Field]config.Policy{scene.FieldCollections: config.Merge},
		Sources: map[scene.Field][]string{scene.FieldCollections: templates},
	}
	var out []string
	for _, x := range scenesOf(s) {
		for _, title := range Want(x, only).Lists[scene.FieldCollections] {
			if !slices.Contains(out, title) {
				out = append(out, title)
			}
		}
	}
	return out
}

// scenesOf are scenes that have nothing but the subject, in each place where a scene can have it.
func scenesOf(s scene.Subject) []scene.Scene {
	if s.Kind == scene.GroupSubject {
		return []scene.Scene{{Groups: []scene.Group{{Named: s.Named}}}}
	}
	return []scene.Scene{{Studio: &scene.Studio{Named: s.Named}}, {Studio: &scene.Studio{Above: []scene.Named{s.Named}}}}
}

// SameTitle reports whether two titles are those of one collection to Plex.
func SameTitle(a, b string) bool { return TitleKey(a) == TitleKey(b) }

// TitleKey identifies a collection within a library, as Plex does: by its title, whatever the case.
func TitleKey(title string) string { return key(line(title)) }

// SubjectWanted is what the collection of a studio or group should show, its picture excepted. A
// group has no description of its own there.
func SubjectWanted(s scene.Subject) Wanted {
	b := builder{config.Settings{Fields: map[scene.Field]config.Policy{scene.FieldSummary: config.Merge}}, Wanted{Scalars: map[scene.Field]string{}}}
	if s.Kind == scene.StudioSubject {
		b.summary(s.Details)
	}
	return b.out
}
