//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/remote"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// probesOfAnOutage is how often Plex is tried in vain before it comes back.
const probesOfAnOutage = 5

// noticed is how long the beginning of an outage may take to be noticed, five failures with
// growing waits between them, and its end.
const noticed = 30 * time.Second

// The titles of messages: two about an outage, and another.
const (
	gone = "Plex is not reachable"
	back = "Plex is back"
	// reconciled is the message about a reconciliation that somebody asked for.
	reconciled = "Reconciliation done"
)

// longOutage takes Plex away for several probes.
func (d *desk) longOutage(c *remote.Client) {
	d.t.Helper()
	over := d.away(c)
	if err := d.world.Stash.Edit(d.world.Stash.SceneIDs()[0], func(sc *sim.Scene) { sc.Title = "Edited while Plex was away" }); err != nil {
		d.t.Fatal(err)
	}
	d.sees(c, "all failed probes", func(s api.Snapshot) bool {
		return s.Verdict == health.Down && s.Outage != nil && s.Outage.Ongoing() && s.Outage.FailedProbes >= probesOfAnOutage
	})
	d.told(over)
	d.settled(c)
}

// told waits for the message about an outage, ends it and waits for the other message.
func (d *desk) told(over func()) {
	d.t.Helper()
	d.Until("the message that Plex is away", func() error { return d.shown(gone) })
	over()
	if err := desktoptest.Until(noticed, "the message that Plex is back", func() error { return d.shown(back) }); err != nil {
		d.t.Fatal(err)
	}
}

// away takes Plex away, until over is called, and waits until Lockstep has noticed.
func (d *desk) away(c *remote.Client) (over func()) {
	d.t.Helper()
	over = d.world.Plex.Inject(sim.Fault{Effect: sim.Refuse})
	d.world.Plex.DropConnections()
	err := desktoptest.Until(noticed, "the outage", func() error {
		s, err := c.Snapshot(d.t.Context())
		if err == nil && s.Verdict != health.Down {
			err = fmt.Errorf("verdict %q", s.Verdict)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return over
}

// shown returns an error unless that message is the only one on screen.
func (d *desk) shown(title string) error {
	var titles []string
	for _, n := range d.Notifications.Showing() {
		titles = append(titles, n.Title)
	}
	if len(titles) != 1 || titles[0] != title {
		return fmt.Errorf("on screen: %q", titles)
	}
	return nil
}

// said fails the test unless exactly these messages were sent since the start.
func (d *desk) said(want ...string) {
	d.t.Helper()
	var titles []string
	for _, n := range d.Notifications.All() {
		titles = append(titles, n.Title)
	}
	if !slices.Equal(titles, want) {
		d.t.Errorf("said %q, want %q", titles, want)
	}
}

// TestOutageNobodyShowedIsToldLater: the notification server does not do its work when
// Plex goes away, and does later, while Plex is still away. A "back" is only for people who
// saw the "not reachable".
func TestOutageNobodyShowedIsToldLater(t *testing.T) {
	for name, spoil := range unwilling {
		t.Run(name, func(t *testing.T) {
			d, c, _ := trayed(t, desktoptest.Screenless, tidy())
			over := d.awayUnseen(c, spoil)
			d.repairNotifications()
			d.told(over)
			d.said(gone, back)
		})
	}
}

// TestOutageNobodySawHasNoEnd: the notification server works again only after the outage.
func TestOutageNobodySawHasNoEnd(t *testing.T) {
	for name, spoil := range unwilling {
		t.Run(name, func(t *testing.T) {
			d, c, _ := trayed(t, desktoptest.Screenless, tidy())
			over := d.awayUnseen(c, spoil)
			over()
			d.sees(c, "Plex to be back", func(s api.Snapshot) bool { return s.Verdict == health.Up })
			d.repairNotifications()
			// The next message comes after whatever there was to be said of the outage.
			if _, err := c.Reconcile(d.t.Context(), api.ReconcileRequest{Scope: config.ScopeAll}); err != nil {
				d.t.Fatal(err)
			}
			d.Until("the next message", func() error { return d.shown(reconciled) })
			d.said(reconciled)
		})
	}
}

// unwilling are the ways in which a notification server does not do its work.
var unwilling = map[string]func(*desktoptest.NotificationServer){
	"dead":    func(s *desktoptest.NotificationServer) { s.Close() },
	"hangs":   func(s *desktoptest.NotificationServer) { s.Behave(desktoptest.Hangs) },
	"refuses": func(s *desktoptest.NotificationServer) { s.Behave(desktoptest.Refuses) },
}

// awayUnseen takes Plex away until Lockstep has tried in vain to say so.
func (d *desk) awayUnseen(c *remote.Client, spoil func(*desktoptest.NotificationServer)) (over func()) {
	d.t.Helper()
	spoil(d.Notifications)
	over = d.away(c)
	d.Until("the first try", func() error {
		if out := d.app.Output(); !strings.Contains(out, "notification not shown") {
			return errors.New("nothing was tried")
		}
		return nil
	})
	return over
}

// repairNotifications makes the notification server a good one.
func (d *desk) repairNotifications() {
	d.t.Helper()
	d.Notifications.Close()
	server, err := desktoptest.NewNotificationServer(d.Bus.Address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(server.Close)
	d.Notifications = server
}

// TestFrozenProcessAsksPlexBeforeItSpeaks: the process stands still through the end of an
// outage.
func TestFrozenProcessAsksPlexBeforeItSpeaks(t *testing.T) {
	d := newDesk(t, desktoptest.RigParams{}, tidy())
	d.set["NOTIFY_DELAY"] = "10s" // longer than it takes to freeze it
	d.app = d.start("--hidden")
	c := d.client()
	d.settled(c)
	over := d.away(c)
	if err := d.app.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	over()
	<-time.After(health.FreshFor + 5*time.Second) // the freeze itself
	if err := d.app.Signal(syscall.SIGCONT); err != nil {
		d.t.Fatal(err)
	}
	d.sees(c, "Plex to be found up", func(s api.Snapshot) bool { return s.Verdict == health.Up })
	d.said()
}

func TestOneOutageIsTwoMessages(t *testing.T) {
	d, c, _ := trayed(t, desktoptest.Screenless, tidy())
	d.longOutage(c)
	d.said(gone, back)
	if err := d.inStep(); err != nil {
		t.Errorf("after the outage: %v", err)
	}
	page := d.outages()
	if len(page.Records) != 1 || page.Records[0].ongoing() || page.Records[0].Repaired || page.Records[0].FailedProbes < probesOfAnOutage {
		t.Errorf("outages: %+v", page.Records)
	}
	note := d.Notifications.Showing()[0]
	if err := d.Notifications.Press(note.ID, "default"); err != nil {
		t.Fatal(err)
	}
	d.opened(present.Queue)
}

// printedOutages are what the command says about outages, under its own names.
type printedOutages struct {
	Verdict health.Verdict  `json:"verdict"`
	Records []printedOutage `json:"records"`
}

type printedOutage struct {
	Ended        *time.Time `json:"ended"`
	Repaired     bool       `json:"repaired"`
	FailedProbes int        `json:"failedProbes"`
}

func (o printedOutage) ongoing() bool { return o.Ended == nil }

func (d *desk) outages() printedOutages {
	d.t.Helper()
	a := d.command("outages", "--json")
	var page printedOutages
	if err := json.Unmarshal([]byte(a.out), &page); err != nil || a.code != 0 {
		d.t.Fatalf("outages --json: code %d, %v: %s%s", a.code, err, a.out, a.problems)
	}
	return page
}

// TestFalseOutageIsSilent is the incident "ONGOING (2d 14h) while Plex was fine": the
// record has no end, the breaker was stored closed. A true outage afterwards shows that
// silence was not all that was left.
func TestFalseOutageIsSilent(t *testing.T) {
	d := newDesk(t, desktoptest.RigParams{}, tidy())
	d.storeFalseOutage(62 * time.Hour)
	d.app = d.start("--hidden")
	c := d.client()
	d.settled(c)
	s := d.sees(c, "the verdict", func(s api.Snapshot) bool { return s.Verdict == health.Up })
	if s.Outage == nil || s.Outage.Ongoing() || !s.Outage.Repaired {
		t.Errorf("after the start the outage is %+v", s.Outage)
	}
	if page := d.outages(); len(page.Records) != 1 || !page.Records[0].Repaired || page.Records[0].ongoing() || page.Verdict != health.Up {
		t.Errorf("outages: %+v, verdict %v", page.Records, page.Verdict)
	}
	if a := d.command("outages"); !strings.Contains(a.out, "repaired") {
		t.Errorf("the list of outages does not say that one was repaired:\n%s", a.out)
	}
	if err := c.Show(t.Context(), present.Outages); err != nil {
		t.Fatal(err)
	}
	d.opened(present.Outages)
	d.longOutage(c)
	d.said(gone, back)
}

// storeFalseOutage writes what the old system left behind: a record that began so long
// ago and has no end, beside a breaker that is closed.
func (d *desk) storeFalseOutage(ago time.Duration) {
	d.t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: d.dir})
	if err != nil {
		d.t.Fatal(err)
	}
	err = db.Update(func(tx store.Tx) error {
		if err := tx.PutBreaker(breaker.Breaker{State: breaker.Closed}); err != nil {
			return err
		}
		return tx.PutOutage(outage.Record{ID: 1, Started: time.Now().Add(-ago).UTC(), Cause: message.Foreign("connection refused")})
	})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		d.t.Fatal(err)
	}
}
