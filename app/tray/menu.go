package tray

import (
	"context"
	"log/slog"
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
	fixed                           []fixedItem
}

// fixedItem is an entry whose words change with the language only.
type fixedItem struct {
	*systray.MenuItem
	words func() string
}

// add makes an entry, below another one if that is not nil.
func (t *tray) add(parent *systray.MenuItem, words func() string) *systray.MenuItem {
	var item *systray.MenuItem
	if parent == nil {
		item = systray.AddMenuItem(words(), "")
	} else {
		item = parent.AddSubMenuItem(words(), "")
	}
	t.items.fixed = append(t.items.fixed, fixedItem{item, words})
	return item
}

func (t *tray) build(ctx context.Context) {
	t.items.status = systray.AddMenuItem(present.T("Lockstep is starting…"), "")
	t.items.status.Disable()
	systray.AddSeparator()
	t.window(ctx, t.add(nil, says("Overview…")), present.Overview)
	t.items.queue = t.window(ctx, systray.AddMenuItem(present.T("Queue…"), ""), present.Queue)
	t.items.reports = t.window(ctx, systray.AddMenuItem(present.T("Reports…"), ""), present.Reports)
	t.items.outages = t.window(ctx, systray.AddMenuItem(present.T("Outages…"), ""), present.Outages)
	systray.AddSeparator()
	t.items.sync = t.command(ctx, nil, says("Sync now"), func(ctx context.Context) error {
		_, err := t.api.SyncNow(ctx, api.SyncRequest{})
		return err
	})
	t.buildReconcile(ctx)
	t.buildPause(ctx)
	systray.AddSeparator()
	t.window(ctx, t.add(nil, says("Settings…")), present.Settings)
	t.clicked(ctx, t.add(nil, says("Quit")), t.act.Quit)
}

func (t *tray) buildReconcile(ctx context.Context) {
	t.items.reconcile = t.add(nil, says("Reconcile"))
	run := func(scope config.Scope) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := t.api.Reconcile(ctx, api.ReconcileRequest{Scope: scope})
			return err
		}
	}
	t.command(ctx, t.items.reconcile, says("Last 24 hours"), run(config.ScopeDay))
	t.command(ctx, t.items.reconcile, says("Last 7 days"), run(config.ScopeWeek))
	t.command(ctx, t.items.reconcile, says("Everything"), run(config.ScopeAll))
	t.command(ctx, t.items.reconcile, says("Preview everything…"), func(ctx context.Context) error {
		_, err := t.api.Reconcile(ctx, api.ReconcileRequest{Scope: config.ScopeAll, Preview: true})
		if err == nil {
			t.act.Open(present.Preview)
		}
		return err
	})
}

func (t *tray) buildPause(ctx context.Context) {
	t.items.pause = t.add(nil, says("Pause"))
	pause := func(d time.Duration) func(context.Context) error {
		return func(ctx context.Context) error {
			if d == 0 {
				return t.api.Pause(ctx, time.Time{})
			}
			return t.api.Pause(ctx, time.Now().Add(d))
		}
	}
	t.command(ctx, t.items.pause, says("30 minutes"), pause(30*time.Minute))
	t.command(ctx, t.items.pause, says("2 hours"), pause(2*time.Hour))
	t.command(ctx, t.items.pause, says("Until I resume"), pause(0))
	t.items.resume = t.command(ctx, nil, says("Resume"), t.api.Resume)
	t.items.resume.Hide()
}

func (t *tray) window(ctx context.Context, item *systray.MenuItem, name string) *systray.MenuItem {
	t.clicked(ctx, item, func() { t.act.Open(name) })
	return item
}

func (t *tray) command(ctx context.Context, parent *systray.MenuItem, words func() string, fn func(context.Context) error) *systray.MenuItem {
	item := t.add(parent, words)
	t.clicked(ctx, item, func() { t.do(ctx, words(), fn) })
	return item
}

// says is a sentence in the language of the moment.
func says(english string) func() string { return func() string { return present.T(english) } }

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
// Where the session's bus has gone, systray panics; then there is nobody to show it to.
func setIcon(shape string) {
	defer func() {
		if why := recover(); why != nil {
			slog.Warn("the tray icon cannot be changed", "why", why)
		}
	}()
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
	renamed := now.Language != old.Language
	if renamed {
		for _, f := range t.items.fixed {
			f.SetTitle(literal(f.words()))
		}
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
	if renamed || (now.Resume == "") != (old.Resume == "") { // a renamed entry may show again
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
