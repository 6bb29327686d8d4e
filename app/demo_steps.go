package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// cast are the scenes the story is about. The raw and the missing one cannot be synced
// at first.
type cast struct {
	edited, covered, refused, wiped int
	raw, missing                    int
	named                           int // by a person in Plex, who locked the title
}

func newCast(w *sim.World) (cast, error) {
	skips := w.Expect()
	var fine []int
	for _, id := range w.Stash.SceneIDs() {
		sc, _ := w.Stash.Scene(id)
		if _, no := skips[id]; !no && sc.Title != "" && len(w.TargetKeys(id)) == 1 && len(sc.TagIDs) > 0 && !slices.Contains(w.Dirty("HandEdited"), id) {
			fine = append(fine, id)
		}
	}
	raw, missing, named := w.Dirty("Raw"), w.Dirty("Missing"), w.Dirty("HandEdited")
	if len(fine) < 4 || len(raw) < 2 || len(missing) < 2 || len(named) < 1 {
		return cast{}, fmt.Errorf("the demo's library has %d good, %d raw, %d missing and %d edited scenes, too few for its story",
			len(fine), len(raw), len(missing), len(named))
	}
	return cast{edited: fine[0], covered: fine[1], refused: fine[2], wiped: fine[3], raw: raw[0], missing: missing[0], named: named[0]}, nil
}

func (t *story) title(id int) string {
	sc, _ := t.world.Stash.Scene(id)
	return sc.Title
}

// edit changes a scene in Stash.
func (t *story) edit(id int, change func(*sim.Scene)) error {
	if err := t.world.Stash.Edit(id, change); err != nil {
		return fmt.Errorf("edit scene %d in Stash: %w", id, err)
	}
	return nil
}

func (t *story) firstSync(ctx context.Context) error {
	t.say("First sync: Lockstep lists both libraries and writes what Plex lacks.")
	err := t.until(ctx, "the first write", func(s api.Snapshot) bool {
		return len(s.InHand) > 0 && s.Run.Finished() > demoScenes/20
	})
	if err == nil {
		err = t.menuAtWork()
	}
	if err == nil {
		err = t.pictures.window(t.open, present.Overview, "overview-writing")
	}
	if err == nil {
		err = t.pictures.window(t.open, present.Queue, "queue")
	}
	if err == nil {
		err = t.inStep(ctx)
	}
	if err != nil {
		return err
	}
	s, err := t.api.Snapshot(ctx)
	t.say("All done: %s. What could not be written has its reason.", countsWords(s.Queue))
	return err
}

// menuAtWork takes a picture of the menu while a scene is written. Plex takes its time
// for that one, because an open menu does not grow with its first line.
func (t *story) menuAtWork() error {
	done := t.world.Plex.Inject(sim.Fault{Effect: sim.Hang, Match: sim.Writes()})
	defer done()
	return t.pictures.menu("tray-menu")
}

func (t *story) edits(ctx context.Context) error {
	sc, _ := t.world.Stash.Scene(t.cast.edited)
	tag := sc.TagIDs[0]
	name := t.world.Stash.Names("tag", tag)[0]
	t.say("In Stash somebody calls a scene %q, renames the tag %q, which marks no scene as edited, and draws a new cover.", "Tidal Pools at Dawn", name)
	err := t.edit(t.cast.edited, func(sc *sim.Scene) { sc.Title = "Tidal Pools at Dawn" })
	if err == nil {
		err = t.world.Stash.RenameTag(tag, name+", again")
	}
	if err == nil {
		err = t.world.Stash.SetCover(t.cast.covered, sim.DrawCover(4711))
	}
	if err == nil {
		err = t.inStep(ctx)
	}
	if err == nil {
		t.say("Plex shows all of it.")
	}
	return err
}

// outage takes Plex away while people go on editing, has it come back in two steps as
// servers do, and expects that nothing was lost.
func (t *story) outage(ctx context.Context) error {
	begun := now()
	if err := t.away(ctx); err != nil {
		return err
	}
	if err := t.starting(ctx); err != nil {
		return err
	}
	err := t.until(ctx, "Plex being back", func(s api.Snapshot) bool { return s.Verdict == health.Up && s.Outage != nil && !s.Outage.Ongoing() })
	if err == nil {
		err = t.inStep(ctx)
	}
	if err != nil {
		return err
	}
	t.say("After %s Plex is back, and what waited is written.", present.Duration(now().Sub(begun).Round(time.Second)))
	return t.pictures.window(t.open, present.Outages, "outages")
}

func (t *story) away(ctx context.Context) error {
	t.say("Plex goes away. People go on editing in Stash.")
	back := t.world.Plex.Inject(sim.Fault{Effect: sim.Refuse})
	defer back()
	t.world.Plex.DropConnections()
	author := t.world.NewAuthor(2)
	for range 6 {
		author.Change()
	}
	err := t.until(ctx, "the outage being noticed", func(s api.Snapshot) bool { return s.Verdict == health.Down && s.Queue.Pending() > 0 })
	if err == nil {
		err = t.pictures.window(t.open, present.Queue, "queue-plex-down")
	}
	if err == nil {
		err = t.pictures.menu("tray-menu-plex-down")
	}
	t.pause(ctx)
	return err
}

func (t *story) starting(ctx context.Context) error {
	t.say("Plex starts again, but is busy with its database.")
	ready := t.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	defer ready()
	before := t.world.Plex.Total()
	err := t.until(ctx, "a probe", func(api.Snapshot) bool { return t.world.Plex.Total() > before+1 })
	t.pause(ctx)
	return err
}

// refusal has Plex refuse one scene for good, and a person try it again.
func (t *story) refusal(ctx context.Context) error {
	t.say("Plex refuses one scene, %q.", t.title(t.cast.refused))
	over := t.world.Plex.Inject(sim.Fault{
		Effect: sim.Status, Status: http.StatusBadRequest,
		Match: sim.All(sim.Kinds("edit"), sim.ForItem(t.world.TargetKeys(t.cast.refused)[0])),
	})
	defer over()
	err := t.edit(t.cast.refused, func(sc *sim.Scene) { sc.Date = "2019-07-14" })
	if err == nil {
		err = t.until(ctx, "the refusal", func(s api.Snapshot) bool { return s.Queue.Dead == 1 && !s.Active })
	}
	if err == nil {
		err = t.pictures.window(t.open, present.Queue, "queue-refused")
	}
	if err != nil {
		return err
	}
	t.say("It stays in the queue with the reason; nothing else waits for it. The cause is found, and Retry pressed.")
	t.pause(ctx)
	over()
	if _, err := t.api.Retry(ctx, api.Selection{AllDead: true}); err != nil {
		return fmt.Errorf("retry: %w", err)
	}
	return t.inStep(ctx)
}

// curating makes two scenes ready that could not be synced.
func (t *story) curating(ctx context.Context) error {
	sc, _ := t.world.Stash.Scene(t.cast.missing)
	path, _ := t.world.PlexPath(sc.Files[0].Path)
	t.say("A scene without metadata gets a studio and a title in Stash, and the file of %q appears in Plex.", sc.Title)
	studio := t.world.Stash.StudioID("Northlight")
	if err := t.edit(t.cast.raw, func(sc *sim.Scene) { sc.StudioID, sc.Title = studio, "First Snow in Kiruna" }); err != nil {
		return err
	}
	t.world.Plex.PutOnDisk(path, 1_000_000)
	t.world.Plex.Scan("1", "")
	if err := t.inStep(ctx); err != nil {
		return err
	}
	t.say("Both are in Plex now.")
	return nil
}

// careful shows what would be written before it is.
func (t *story) careful(ctx context.Context) error {
	t.say("Lockstep is paused. Meanwhile somebody empties an item in Plex and edits two scenes in Stash.")
	if err := t.api.Pause(ctx, time.Time{}); err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	err := t.world.Plex.Wipe(t.world.TargetKeys(t.cast.wiped)[0])
	if err == nil {
		err = t.edit(t.cast.edited, func(sc *sim.Scene) { sc.Title, sc.Date = "Tidal Pools at Dusk", "2024-09-21" })
	}
	if err == nil {
		err = t.edit(t.cast.covered, func(sc *sim.Scene) { sc.Details = "Two hours of low tide, in one take." })
	}
	if err != nil {
		return err
	}
	return t.preview(ctx)
}

func (t *story) preview(ctx context.Context) error {
	rep, err := t.reconcile(t.api, api.ReconcileRequest{Preview: true, Deep: true})
	if err != nil {
		return err
	}
	t.say("A preview writes nothing and says: %s", present.Summary(rep))
	if err := t.pictures.window(t.open, present.Preview, "preview"); err != nil {
		return err
	}
	t.pause(ctx)
	if _, err := t.api.Apply(ctx, rep.ID, nil); err != nil {
		return fmt.Errorf("apply the preview: %w", err)
	}
	if err := t.api.Resume(ctx); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	t.say("It is applied, and the pause is over.")
	return t.inStep(ctx)
}

func (t *story) comparing(context.Context) error {
	t.say("A reconciliation compares both libraries in full.")
	rep, err := t.reconcile(t.api, api.ReconcileRequest{Deep: true})
	if err != nil {
		return err
	}
	t.say("%s", present.Summary(rep))
	for _, r := range skip.All() {
		if n := rep.Skipped[r.Code]; n > 0 {
			t.say("  %s: %s", present.Number(n), present.Reason(r.Code))
		}
	}
	return t.pictures.window(t.open, present.Reports, "reports")
}

// tour takes pictures of the windows the story did not come to.
func (t *story) tour(context.Context) error {
	about := t.cast.named
	t.say("Plex shows another title for scene %d than Stash. Explain tells why; History tells what was written when.", about)
	for _, w := range [][2]string{
		{present.Overview, "overview"}, {fmt.Sprintf("%s:%d", present.Explain, about), "explain"}, {present.History, "history"}, {present.Settings, "settings"},
		{present.SetUp, "set-up"}, {present.Doctor, "doctor"},
	} {
		if err := t.pictures.window(t.open, w[0], w[1]); err != nil {
			return err
		}
	}
	return t.pictures.menu("tray-menu-in-step")
}
