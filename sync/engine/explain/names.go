package explain

import (
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// namesakes notes performers of the scene whose name in Plex belongs to another performer
// of Stash as well: Plex knows an actor by the name alone and takes both for one.
func (x explanation) namesakes(f reconcile.Finding) (lines []message.Message, err error) {
	if x.Run.Settings.Policy(scene.FieldPerformers) == config.Off || len(f.Scene.Performers) == 0 {
		return nil, nil
	}
	var all map[string]string
	err = x.store.View(func(tx store.Tx) (err error) { all, err = tx.Names(store.PerformerName); return err })
	if err != nil {
		return nil, err
	}
	mine := map[string]bool{}
	for _, p := range f.Scene.Performers {
		mine[p.ID] = true
	}
	for _, name := range plan.Want(*f.Scene, x.Run.Settings).Lists[scene.FieldPerformers] {
		n := 0
		for id, label := range all {
			if !mine[id] && sharesName(scene.WithoutFacts(label), name) {
				n++
			}
		}
		if n > 0 {
			lines = append(lines, message.New(message.ExplainNamesakes, message.Count(n), message.Title(name)))
		}
	}
	return lines, nil
}

// sharesName reports whether a performer with this label is, or is written in scenes of
// its own as, this name.
func sharesName(label, name string) bool {
	rest, begins := strings.CutPrefix(scene.Fold(label), scene.Fold(name))
	return begins && (rest == "" || strings.HasPrefix(rest, " (") && strings.HasSuffix(rest, ")"))
}
