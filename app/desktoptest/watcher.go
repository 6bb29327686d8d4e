package desktoptest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemIface   = "org.kde.StatusNotifierItem"
	itemPath    = "/StatusNotifierItem"
)

// Watcher is a tray host without a screen: it owns the tray's name on the bus
// and hands out what registers. For a host with a screen see Panel; only one of
// the two can be on a bus at a time.
type Watcher struct {
	conn  *dbus.Conn
	items chan *Item

	mu   sync.Mutex
	last *Item
}

// NewWatcher takes the tray host's name on the bus at that address.
func NewWatcher(address string) (*Watcher, error) {
	conn, err := dial(address)
	if err != nil {
		return nil, err
	}
	w := &Watcher{conn: conn, items: make(chan *Item, 64)}
	if err := w.export(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (w *Watcher) export() error {
	if err := w.conn.Export(watcherMethods{w}, watcherPath, watcherName); err != nil {
		return fmt.Errorf("export the tray host: %w", err)
	}
	_, err := prop.Export(w.conn, watcherPath, prop.Map{watcherName: {
		"IsStatusNotifierHostRegistered": {Value: true},
		"ProtocolVersion":                {Value: int32(0)},
		"RegisteredStatusNotifierItems":  {Value: []string{}},
	}})
	if err != nil {
		return fmt.Errorf("export the tray host's properties: %w", err)
	}
	return w.Take()
}

// watcherMethods is what programs call on a tray host.
type watcherMethods struct{ w *Watcher }

// RegisterStatusNotifierItem is the call every tray item makes. Some pass an
// object path, some a bus name, some nothing.
func (m watcherMethods) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	item := &Item{conn: m.w.conn, dest: string(sender), path: itemPath}
	switch {
	case strings.HasPrefix(service, "/"):
		item.path = dbus.ObjectPath(service)
	case service != "":
		item.dest = service
	}
	m.w.mu.Lock()
	m.w.last = item
	m.w.mu.Unlock()
	select {
	case m.w.items <- item:
	default: // nobody reads Next: Last is what they want
	}
	return nil
}

func (m watcherMethods) RegisterStatusNotifierHost(string) *dbus.Error { return nil }

// Take takes the host's name again after Release: a panel that starts.
func (w *Watcher) Take() error { return own(w.conn, watcherName) }

// Release gives the host's name up: a panel that ends.
func (w *Watcher) Release() error {
	if _, err := w.conn.ReleaseName(watcherName); err != nil {
		return fmt.Errorf("release %s: %w", watcherName, err)
	}
	return nil
}

// Close leaves the bus.
func (w *Watcher) Close() { _ = w.conn.Close() }

// Last is the item that registered last, or nil.
func (w *Watcher) Last() *Item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Next waits at most d for an item to register. Each registration is returned once.
func (w *Watcher) Next(d time.Duration) (*Item, error) {
	select {
	case item := <-w.items:
		return item, nil
	case <-time.After(d):
		return nil, fmt.Errorf("no tray item registered within %v", d)
	}
}
