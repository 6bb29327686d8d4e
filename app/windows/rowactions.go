package windows

import (
	"context"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// sceneItems are what can be done with the scenes of so many picked rows wherever they are
// listed. What opens something is for one scene alone; again has all of them tried again.
func (w *Windows) sceneItems(win *window, rows int, one store.ReportRow, again func()) []*fyne.MenuItem {
	retry := fyne.NewMenuItem(present.T("Retry"), again)
	if rows != 1 {
		return []*fyne.MenuItem{retry}
	}
	return []*fyne.MenuItem{
		fyne.NewMenuItem(present.T("Open in Stash"), func() { w.visit(win, func(s config.Settings) string { return stashURL(s, one.Scene) }) }),
		fyne.NewMenuItem(present.T("Open in Plex"), func() { w.visit(win, func(s config.Settings) string { return plexURL(s, one) }) }),
		fyne.NewMenuItem(present.T("Explain"), func() { w.Show(present.Explain + ":" + one.Scene.String()) }),
		retry,
	}
}

// syncScenes brings scenes in step, in the order given.
func (w *Windows) syncScenes(win fyne.Window, ids []scene.ID, queued func()) {
	ask(w, func(ctx context.Context) (api.SyncResult, error) {
		return w.api.SyncNow(ctx, api.SyncRequest{Scenes: ids})
	}, func(_ api.SyncResult, err error) {
		if err != nil {
			w.fail(win, err)
			return
		}
		queued()
	})
}

// idsOf are the scenes of some rows.
func idsOf[T any](rows []T, id func(T) scene.ID) []scene.ID {
	out := make([]scene.ID, len(rows))
	for i, r := range rows {
		out[i] = id(r)
	}
	return out
}

func sceneOf(r store.ReportRow) scene.ID { return r.Scene }

// picked are those of the rows that are known.
func picked[T any](rows []int, at func(int) (T, bool)) []T {
	var out []T
	for _, i := range rows {
		if r, ok := at(i); ok {
			out = append(out, r)
		}
	}
	return out
}
