package desktoptest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = "/org/freedesktop/Notifications"
)

// Why a notification went away, as the notification specification numbers it.
const (
	closedByUser = uint32(2)
	closedByCall = uint32(3)
)

// Note is one notification a program sent.
type Note struct {
	ID       uint32
	Replaces uint32 // the ID of the one it takes the place of, or 0
	App      string
	Icon     string
	Title    string
	Body     string
	Actions  []string // key, label, key, label …
	Hints    map[string]dbus.Variant
	ExpireMS int32 // 0 stays for ever, -1 leaves it to the server
	At       time.Time
}

// NotificationServer stands in for the desktop's: it shows nothing, records
// everything, and answers like one.
type NotificationServer struct {
	conn *dbus.Conn
	next chan Note

	mu      sync.Mutex
	moved   *sync.Cond // the manner changed
	manner  Manner
	lastID  uint32
	all     []Note
	showing map[uint32]Note
}

// Manner is how a notification server treats programs.
type Manner int

// The manners. The zero value is a good server.
const (
	Shows          Manner = iota
	Refuses               // every message is answered with an error
	Hangs                 // nothing is answered until the manner changes
	HangsAtShowing        // the same, but only for messages
)

// NewNotificationServer takes the notification service on the bus at that address.
func NewNotificationServer(address string) (*NotificationServer, error) {
	conn, err := dial(address)
	if err != nil {
		return nil, err
	}
	s := &NotificationServer{conn: conn, next: make(chan Note, 256), showing: map[uint32]Note{}}
	s.moved = sync.NewCond(&s.mu)
	if err = conn.Export(serverMethods{s}, notifyPath, notifyName); err == nil {
		err = own(conn, notifyName)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("start a notification server: %w", err)
	}
	return s, nil
}

// serverMethods is what programs call on a notification server.
type serverMethods struct{ s *NotificationServer }

func (m serverMethods) Notify(app string, replaces uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, expire int32) (uint32, *dbus.Error) {
	if m.s.wait(Hangs, HangsAtShowing) == Refuses {
		return 0, dbus.MakeFailedError(errors.New("this server shows nothing"))
	}
	return m.s.record(Note{
		ID: replaces, Replaces: replaces, App: app, Icon: icon, Title: title, Body: body,
		Actions: actions, Hints: hints, ExpireMS: expire, At: time.Now(),
	}), nil
}

func (m serverMethods) CloseNotification(id uint32) *dbus.Error {
	m.s.wait(Hangs)
	m.s.close(id, closedByCall)
	return nil
}

func (m serverMethods) GetCapabilities() ([]string, *dbus.Error) {
	m.s.wait(Hangs)
	return []string{"actions", "body", "persistence"}, nil
}

func (m serverMethods) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "desktoptest", "test", "1", "1.2", nil
}

// Behave changes the manner. What hung goes on with the new one.
func (s *NotificationServer) Behave(m Manner) {
	s.mu.Lock()
	s.manner = m
	s.mu.Unlock()
	s.moved.Broadcast()
}

// wait returns the manner once it is none of those.
func (s *NotificationServer) wait(while ...Manner) Manner {
	s.mu.Lock()
	defer s.mu.Unlock()
	for slices.Contains(while, s.manner) {
		s.moved.Wait()
	}
	return s.manner
}

func (s *NotificationServer) record(n Note) uint32 {
	s.mu.Lock()
	if n.ID == 0 {
		s.lastID++
		n.ID = s.lastID
	}
	s.all = append(s.all, n)
	s.showing[n.ID] = n
	s.mu.Unlock()
	select {
	case s.next <- n:
	default: // nobody reads Next: All has it
	}
	return n.ID
}

func (s *NotificationServer) close(id, reason uint32) {
	s.mu.Lock()
	_, shown := s.showing[id]
	delete(s.showing, id)
	s.mu.Unlock()
	if shown {
		_ = s.conn.Emit(notifyPath, notifyName+".NotificationClosed", id, reason)
	}
}

// Next waits at most d for a notification. Each is returned once.
func (s *NotificationServer) Next(d time.Duration) (Note, error) {
	select {
	case n := <-s.next:
		return n, nil
	case <-time.After(d):
		return Note{}, fmt.Errorf("no notification within %v", d)
	}
}

// All is every notification so far, oldest first.
func (s *NotificationServer) All() []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// Showing is what a person would see now: neither replaced nor closed, by id.
func (s *NotificationServer) Showing() []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Note
	for _, n := range s.showing {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Note) int { return int(a.ID) - int(b.ID) })
	return out
}

// Press is the user pressing the button with that key; "default" is the
// notification itself. Like desktops do, the server closes it then.
func (s *NotificationServer) Press(id uint32, key string) error {
	if err := s.conn.Emit(notifyPath, notifyName+".ActionInvoked", id, key); err != nil {
		return fmt.Errorf("press %q of notification %d: %w", key, id, err)
	}
	s.close(id, closedByUser)
	return nil
}

// Dismiss is the user closing the notification.
func (s *NotificationServer) Dismiss(id uint32) { s.close(id, closedByUser) }

// Close leaves the bus: a desktop without notifications from then on.
func (s *NotificationServer) Close() {
	s.Behave(Refuses) // whoever hangs is let go
	_ = s.conn.Close()
}
