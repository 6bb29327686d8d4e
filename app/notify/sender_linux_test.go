package notify_test

import (
	"fmt"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/notify"
)

func bus(t *testing.T) *desktoptest.Bus {
	t.Helper()
	b, err := desktoptest.StartBus()
	if err != nil {
		t.Skipf("no session bus: %v", err)
	}
	t.Cleanup(b.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	return b
}

func TestDesktopReplacesWithdrawsAndHearsClicks(t *testing.T) {
	b := bus(t)
	server, err := desktoptest.NewNotificationServer(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := notify.New("lockstep", "lockstep")
	t.Cleanup(func() { _ = d.Close() })
	clicked := make(chan string, 1)
	send := func(tag, title string) desktoptest.Note {
		t.Helper()
		if err := d.Send(notify.Message{Tag: tag, Title: title, Body: "<b>", Open: func() { clicked <- title }}); err != nil {
			t.Fatal(err)
		}
		n, err := server.Next(desktoptest.Patience)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}

	first := send(notify.TagPlex, "down")
	if first.Replaces != 0 || first.Body != "<b>" || first.ExpireMS != -1 {
		t.Errorf("first %+v", first)
	}
	second := send(notify.TagAttention, "sign in")
	if second.Replaces != first.ID {
		t.Errorf("the second replaces %d, not %d", second.Replaces, first.ID)
	}
	if err := d.Withdraw(notify.TagPlex); err != nil || len(server.Showing()) != 1 {
		t.Errorf("withdrawing another tag: %v, %d shown", err, len(server.Showing()))
	}
	if err := server.Press(second.ID, "default"); err != nil {
		t.Fatal(err)
	}
	if got := <-clicked; got != "sign in" {
		t.Errorf("the click opened %q", got)
	}
	// The server closed it on the click; its signal comes a moment later.
	var last desktoptest.Note
	err = desktoptest.Until(desktoptest.Patience, "a fresh message", func() error {
		if last = send(notify.TagPlex, "back"); last.Replaces != 0 {
			return fmt.Errorf("replaces %d", last.Replaces)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := d.Withdraw(notify.TagPlex); err != nil {
		t.Error(err)
	}
	for _, n := range server.Showing() {
		if n.ID == last.ID {
			t.Errorf("%+v was not withdrawn", n)
		}
	}
}

func TestDesktopWithoutServerFailsAtOnce(t *testing.T) {
	bus(t)
	d := notify.New("lockstep", "lockstep")
	t.Cleanup(func() { _ = d.Close() })
	begin := time.Now()
	if err := d.Send(notify.Message{Title: "down"}); err == nil {
		t.Error("nobody shows it, and there is no error")
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v to find out", took)
	}
	if err := d.Withdraw(notify.TagPlex); err != nil {
		t.Error(err)
	}
}

func served(t *testing.T) (*notify.Desktop, *desktoptest.NotificationServer) {
	t.Helper()
	b := bus(t)
	server, err := desktoptest.NewNotificationServer(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := notify.New("lockstep", "lockstep")
	t.Cleanup(func() { _ = d.Close() })
	return d, server
}

func TestDesktopTellsWhenNobodyShowsAMessage(t *testing.T) {
	for name, manner := range map[string]desktoptest.Manner{
		"refuses": desktoptest.Refuses, "hangs": desktoptest.Hangs, "hangs at showing": desktoptest.HangsAtShowing,
	} {
		t.Run(name, func(t *testing.T) {
			d, server := served(t)
			server.Behave(manner)
			begin := time.Now()
			if err := d.Send(notify.Message{Tag: notify.TagPlex, Title: "down"}); err == nil {
				t.Error("nobody shows it, and there is no error")
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("took %v to find out", took)
			}
			server.Behave(desktoptest.Shows)
			if err := d.Send(notify.Message{Tag: notify.TagPlex, Title: "still down"}); err != nil {
				t.Fatal(err)
			}
			// A message that hung on the way is shown late, and taken back.
			err := desktoptest.Until(desktoptest.Patience, "one message", func() error {
				if on := server.Showing(); len(on) != 1 || on[0].Title != "still down" {
					return fmt.Errorf("on screen: %+v", on)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDesktopWithoutBusIsAnError(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
	if err := notify.New("lockstep", "").Send(notify.Message{Title: "down"}); err == nil {
		t.Error("no bus, and there is no error")
	}
}

func TestDesktopComesBackWithTheBus(t *testing.T) {
	first := bus(t)
	d := notify.New("lockstep", "")
	t.Cleanup(func() { _ = d.Close() })
	_ = d.Send(notify.Message{Title: "nobody hears"})
	first.Close()
	second := bus(t)
	server, err := desktoptest.NewNotificationServer(second.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	err = desktoptest.Until(desktoptest.Patience, "the new bus", func() error { return d.Send(notify.Message{Title: "back"}) })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := server.Next(desktoptest.Patience); err != nil || n.Title != "back" {
		t.Errorf("%+v %v", n, err)
	}
}
