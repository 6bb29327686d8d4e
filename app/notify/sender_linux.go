package notify

import (
	"context"
	"fmt"
	"html"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"lockstep/app/present"
)

const (
	service = "org.freedesktop.Notifications"
	object  = "/org/freedesktop/Notifications"
	// patience is how long a notification server may take: the first call may have to
	// start it.
	patience = 3 * time.Second
)

// Desktop shows messages through the notification server of the desktop, over a
// connection of its own that is made when first needed and again after the bus went
// away. The zero value is not usable; see New.
type Desktop struct {
	app, icon string

	mu    sync.Mutex
	conn  *dbus.Conn
	id    uint32 // of the message shown, 0 for none
	shown Message
}

// New makes the desktop's sender. app is the name of the program and of its desktop
// file, icon a themed icon name or the path of a picture. It connects to nothing yet.
func New(app, icon string) *Desktop { return &Desktop{app: app, icon: icon} }

// Server asks the notification server of the desktop for its name.
func Server(ctx context.Context) (string, error) {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return "", fmt.Errorf("connect to the session bus: %w", err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var name, vendor, version, spec string
	call := conn.Object(service, object).CallWithContext(ctx, service+".GetServerInformation", 0)
	if err := call.Store(&name, &vendor, &version, &spec); err != nil {
		return "", fmt.Errorf("ask the notification server for its name: %w", err)
	}
	return name, nil
}

// Send shows a message in place of the one before.
func (d *Desktop) Send(m Message) error {
	d.mu.Lock()
	defer d.mu.Unlock() // keeps a click behind the id we are about to learn
	obj, err := d.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var can []string
	if err := obj.CallWithContext(ctx, service+".GetCapabilities", 0).Store(&can); err != nil {
		return fmt.Errorf("ask what the notification server can do: %w", err)
	}
	body := m.Body
	if slices.Contains(can, "body-markup") {
		body = html.EscapeString(body)
	}
	actions := []string{}
	if slices.Contains(can, "actions") {
		actions = []string{"default", present.T("Open")}
	}
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(d.app), "urgency": dbus.MakeVariant(byte(1))}
	var id uint32
	call := obj.Go(service+".Notify", 0, make(chan *dbus.Call, 1), "Lockstep", d.id, d.icon, m.Title, body, actions, hints, int32(-1))
	select {
	case <-call.Done:
	case <-ctx.Done():
		go takeBack(obj, call)
		return fmt.Errorf("show a notification: no answer within %v", patience)
	}
	if err := call.Store(&id); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	d.id, d.shown = id, m
	return nil
}

// takeBack closes a message that is shown too late: its sender was told that it is not,
// and by then it may be wrong. It ends with the connection.
func takeBack(obj dbus.BusObject, call *dbus.Call) {
	<-call.Done
	var id uint32
	if call.Store(&id) == nil {
		_ = obj.Go(service+".CloseNotification", dbus.FlagNoReplyExpected, nil, id)
	}
}

// Withdraw takes the message of that tag away if it is the one shown.
func (d *Desktop) Withdraw(tag string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.id == 0 || d.shown.Tag != tag || d.conn == nil {
		return nil
	}
	id := d.id
	d.id, d.shown = 0, Message{}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.conn.Object(service, object).CallWithContext(ctx, service+".CloseNotification", 0, id).Err; err != nil {
		return fmt.Errorf("withdraw a notification: %w", err)
	}
	return nil
}

// Close ends the connection. Clicks no longer come.
func (d *Desktop) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		return nil
	}
	return d.conn.Close()
}

// connect must be called with mu held.
func (d *Desktop) connect() (dbus.BusObject, error) {
	if d.conn != nil && d.conn.Connected() {
		return d.conn.Object(service, object), nil
	}
	// A private connection: systray closes the shared one when the tray ends.
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("connect to the session bus: %w", err)
	}
	for _, member := range []string{"ActionInvoked", "NotificationClosed"} {
		err := conn.AddMatchSignal(dbus.WithMatchObjectPath(object), dbus.WithMatchInterface(service), dbus.WithMatchMember(member))
		if err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("listen for clicks: %w", err)
		}
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	d.conn, d.id, d.shown = conn, 0, Message{}
	go d.listen(signals) // ends with the connection
	return conn.Object(service, object), nil
}

func (d *Desktop) listen(signals <-chan *dbus.Signal) {
	for s := range signals {
		if s.Path != object || len(s.Body) < 2 {
			continue
		}
		id, _ := s.Body[0].(uint32)
		switch s.Name {
		case service + ".ActionInvoked":
			if open := d.opener(id); open != nil {
				go open()
			}
		case service + ".NotificationClosed":
			d.closed(id)
		}
	}
}

func (d *Desktop) opener(id uint32) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id == 0 || id != d.id {
		return nil
	}
	return d.shown.Open
}

func (d *Desktop) closed(id uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id == d.id {
		d.id, d.shown = 0, Message{}
	}
}
