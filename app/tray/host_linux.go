package tray

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	watcher     = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	// patience is how long the bus may take to answer.
	patience = 2 * time.Second
)

// WaitForHost waits until somebody shows tray icons or ctx ends, and reports which. It
// sleeps on the bus's signals. An error means that there is no bus to wait on.
func WaitForHost(ctx context.Context) (bool, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false, fmt.Errorf("connect to the session bus: %w", err)
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher))
	if err == nil {
		err = conn.AddMatchSignal(dbus.WithMatchInterface(watcher), dbus.WithMatchMember("StatusNotifierHostRegistered"))
	}
	if err != nil {
		return false, fmt.Errorf("listen for a tray host: %w", err)
	}
	for !hosted(conn) {
		select {
		case <-ctx.Done():
			return false, nil
		case _, ok := <-signals:
			if !ok {
				return false, fmt.Errorf("listen for a tray host: %w", dbus.ErrClosed)
			}
		}
	}
	return true, nil
}

// hosted asks the watcher. One that cannot say whether it has a host is believed to
// have one: only the specification's own property tells.
func hosted(conn *dbus.Conn) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var owned bool
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned); err != nil || !owned {
		return false
	}
	var value dbus.Variant
	get := conn.Object(watcher, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcher, "IsStatusNotifierHostRegistered")
	if err := get.Store(&value); err != nil {
		return true
	}
	registered, known := value.Value().(bool)
	return registered || !known
}
