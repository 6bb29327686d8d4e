package tray

import (
	"context"
	"runtime"
	"strings"
	"time"

	"fyne.io/systray"

	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// items are the menu entries that change. They are built once and then only renamed,
// hidden or disabled: a rebuilt menu would close under the user's pointer.
type items struct {
	status, queue, reports, outages *systray.MenuItem
	sync, reconcile, pause, resume  *systray.MenuItem
}

func (t *tray) build(ctx context.Context) {
	t.items.status = systray.AddMenuItem(present.T("Lockstep is starting…"), "")
	t.items.status.Disable()
	systray.AddSeparator()
	t.items.queue = t.window(ctx, present.T("Queue…"), present.Queue)
	t.items.reports = t.window(ctx, present.T("Reports…"), present.Reports)
	t.items.outages = t.window(ctx, present.T("Outages…"), present.Outages)
	systray.AddSeparator()
	t.items.sync = t.command(ctx, nil, present.T("Sync now"), func(ctx context.Context) error {
		_, err := t.api.SyncNow(ctx, api.SyncRequest{})
		return err
	})
	t.buildReconcile(ctx)
	t.buildPause(ctx)
	systray.AddSeparator()
	t.window(ctx, present.T("Settings…"), present.Settings)
	t.clicked(ctx, systray.AddMenuItem(present.T("Quit"), ""), t.act.Quit)
}

func (t *tray) buildReconcile(ctx context.Context) {
	t.items.reconcile = systray.AddMenuItem(present.T("Reconcile"), "")
	run := func(scope config.Scope) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := t.api.Reconcile(ctx, api.ReconcileRequest{Scope: scope})
			return err
		}
	}
	t.command(ctx, t.items.reconcile, present.T("Last 24 hours"), run(config.ScopeDay))
	t.command(ctx, t.items.reconcile, present.T("Last 7 days"), run(config.ScopeWeek))
	t.command(ctx, t.items.reconcile, present.T("Everything"), run(config.ScopeAll))
	t.command(ctx, t.items.reconcile, present.T("Preview everything…"), func(ctx context.Context) error {
		_, err := t.api.Reconcile(ctx, api.ReconcileRequest{Scope: config.ScopeAll, Preview: true})
		if err == nil {
			t.act.Open(present.Preview)
		}
		return err
	})
}

func (t *tray) buildPause(ctx context.Context) {
	t.items.pause = systray.AddMenuItem(present.T("Pause"), "")
	pause := func(d time.Duration) func(context.Context) error {
		return func(ctx context.Context) error {
			if d == 0 {
				return t.api.Pause(ctx, time.Time{})
			}
			return t.api.Pause(ctx, time.Now().Add(d))
		}
	}
	t.command(ctx, t.items.pause, present.T("30 minutes"), pause(30*time.Minute))
	t.command(ctx, t.items.pause, present.T("2 hours"), pause(2*time.Hour))
	t.command(ctx, t.items.pause, present.T("Until I resume"), pause(0))
	t.items.resume = t.command(ctx, nil, present.T("Resume"), t.api.Resume)
	t.items.resume.Hide()
}

func (t *tray) window(ctx context.Context, label, name string) *systray.MenuItem {
	item := systray.AddMenuItem(label, "")
	t.clicked(ctx, item, func() { t.act.Open(name) })
	return item
}

func (t *tray) command(ctx context.Context, parent *systray.MenuItem, label string, fn func(context.Context) error) *systray.MenuItem {
	var item *systray.MenuItem
	if parent == nil {
		item = systray.AddMenuItem(label, "")
	} else {
		item = parent.AddSubMenuItem(label, "")
	}
	t.clicked(ctx, item, func() { t.do(ctx, label, fn) })
	return item
}

// clicked runs fn on a goroutine of its own for each click: systray drops a click
// nobody is waiting for.
func (t *tray) clicked(ctx context.Context, item *systray.MenuItem, fn func()) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-item.ClickedCh:
				go fn()
			}
		}
	}()
}

// setIcon shows a shape. Only macOS takes the template; it has light and dark menu bars.
func setIcon(shape string) {
	systray.SetTemplateIcon(assets.TrayTemplate(shape), assets.Tray(shape))
}

// draw changes what differs between two menus.
func (t *tray) draw(old, now present.Menu) {
	if now.Icon != old.Icon {
		setIcon(now.Icon)
	}
	if now.Status != old.Status {
		systray.SetTooltip(short(now.Status))
	}
	rename(t.items.status, old.Status, now.Status)
	rename(t.items.queue, old.Queue, now.Queue)
	rename(t.items.reports, old.Reports, now.Reports)
	rename(t.items.outages, old.Outages, now.Outages)
	enable(t.items.sync, now.CanSync)
	enable(t.items.reconcile, now.CanReconcile)
	enable(t.items.pause, now.CanSync)
	enable(t.items.resume, now.CanSync)
	if now.Resume != "" {
		rename(t.items.resume, old.Resume, now.Resume)
	}
	if (now.Resume == "") != (old.Resume == "") {
		t.offerResume(now.Resume != "")
	}
}

func (t *tray) offerResume(yes bool) {
	if yes {
		t.items.pause.Hide()
		t.items.resume.Show()
		return
	}
	t.items.resume.Hide()
	t.items.pause.Show()
}

func rename(item *systray.MenuItem, old, now string) {
	if old != now {
		item.SetTitle(literal(short(now)))
	}
}

func enable(item *systray.MenuItem, yes bool) {
	switch {
	case yes && item.Disabled():
		item.Enable()
	case !yes && !item.Disabled():
		item.Disable()
	}
}

// literal keeps a character in a title from becoming an access key.
func literal(label string) string {
	switch runtime.GOOS {
	case "windows":
		return strings.ReplaceAll(label, "&", "&&")
	case "darwin":
		return label
	}
	return strings.ReplaceAll(label, "_", "__")
}
