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

// sceneItems are what can be done with the scenes of picked rows wherever they are listed. What
// opens something is for one scene alone; again has all of them tried again.
func (w *Windows) sceneItems(win *window, rows []store.ReportRow, again func([]scene.ID)) []*fyne.MenuItem {
	ids := make([]scene.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.Scene
	}
	retry := fyne.NewMenuItem(present.T("Retry"), func() { again(ids) })
	if len(rows) != 1 {
		return []*fyne.MenuItem{retry}
	}
	one := rows[0]
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
