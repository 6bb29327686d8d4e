package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// The portal of the desktop: https://flatpak.github.io/xdg-desktop-portal/
const (
	portalName = "org.freedesktop.portal.Desktop"
	portalPath = "/org/freedesktop/portal/desktop"
	chooser    = "org.freedesktop.portal.FileChooser"
	request    = "org.freedesktop.portal.Request"
	// portalPatience is how long the portal may take to begin: it may have to be started.
	portalPatience = 5 * time.Second
)

// How a request to the portal ends.
const (
	portalDone     = uint32(0)
	portalCanceled = uint32(1)
)

// portal asks with the dialog of the desktop's portal.
func portal(ctx context.Context, c FileChoice) (string, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return "", fmt.Errorf("connect to the session bus: %w", err)
	}
	defer conn.Close()
	answers := make(chan *dbus.Signal, 4)
	conn.Signal(answers)
	// By interface alone: old portals answer on another path than they are asked to.
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(request), dbus.WithMatchMember("Response")); err != nil {
		return "", fmt.Errorf("listen to the portal: %w", err)
	}
	handle, err := ask(ctx, conn, c)
	if err != nil {
		return "", fmt.Errorf("ask the portal for a file: %w", err)
	}
	for {
		select {
		case s, open := <-answers:
			if !open {
				return "", errors.New("ask the portal for a file: the session bus has gone")
			}
			if s.Path == handle {
				return answered(s)
			}
		case <-ctx.Done():
			_ = conn.Object(portalName, handle).Call(request+".Close", dbus.FlagNoReplyExpected).Err
			return "", ctx.Err()
		}
	}
}

// ask opens the dialog and returns the path that its answer will come from.
func ask(ctx context.Context, conn *dbus.Conn, c FileChoice) (dbus.ObjectPath, error) {
	ctx, cancel := context.WithTimeout(ctx, portalPatience)
	defer cancel()
	options := map[string]dbus.Variant{"handle_token": dbus.MakeVariant("lockstep" + strings.ToLower(rand.Text()))}
	if c.Suffix != "" {
		options["filters"] = dbus.MakeVariant([]portalFilter{{"*" + c.Suffix, []portalPattern{{0, "*" + c.Suffix}}}})
	}
	method := chooser + ".OpenFile"
	if c.Save {
		method = chooser + ".SaveFile"
		options["current_name"] = dbus.MakeVariant(c.Name)
	}
	var handle dbus.ObjectPath
	err := conn.Object(portalName, portalPath).CallWithContext(ctx, method, 0, "", c.Title, options).Store(&handle)
	return handle, err
}

type portalFilter struct {
	Name     string
	Patterns []portalPattern
}

type portalPattern struct {
	Kind uint32 // 0: a pattern with stars
	Text string
}

// answered reads what the person chose.
func answered(s *dbus.Signal) (string, error) {
	var code uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(s.Body, &code, &results); err != nil {
		return "", fmt.Errorf("read the portal's answer: %w", err)
	}
	switch code {
	case portalDone:
	case portalCanceled:
		return "", nil
	default:
		return "", errors.New("the portal showed no dialog")
	}
	uris, _ := results["uris"].Value().([]string)
	if len(uris) != 1 {
		return "", fmt.Errorf("the portal answered with %d files", len(uris))
	}
	u, err := url.Parse(uris[0])
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", errors.New("the portal answered with something that is no file of this computer")
	}
	return u.Path, nil
}
