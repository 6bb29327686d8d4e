package engine

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
)

// knock tries whether anything listens where a server is away. It costs the server
// nothing, so it may be done more often than a request.
type knock struct {
	at      time.Time
	running bool
	shut    bool // nobody listened the last time
}

const (
	// knockEvery finds the end of a short outage; a long one is left to its probes.
	knockEvery   = 5 * time.Second
	knockTimeout = 3 * time.Second
)

// dueKnock knocks at servers that are away, and has the one that listens again asked.
func (e *Engine) dueKnock(ctx context.Context, now time.Time) time.Time {
	l := &e.links
	if l.stash == nil {
		return time.Time{}
	}
	next := e.knockAt(ctx, now, &l.plexKnock, e.young(now), l.plex.Knock, func() { e.probing.at = time.Time{} })
	away := l.stashState.Class == string(fault.Unreachable) && now.UTC().Sub(l.stashState.Since) < youngFor
	return host.Sooner(next, e.knockAt(ctx, now, &l.stashKnock, away, l.stash.Knock, l.budgets.stash.Wake))
}

// knockAt knocks when it is time; listens is called when somebody listens who did not.
func (e *Engine) knockAt(ctx context.Context, now time.Time, k *knock, away bool, try func(context.Context) error, listens func()) time.Time {
	switch {
	case k.running:
		return time.Time{}
	case !away:
		*k = knock{}
		return time.Time{}
	case k.at.After(now) && k.at.Sub(now) <= knockEvery:
		return k.at
	}
	k.running = true
	epoch := e.links.epoch
	e.spawn(func() {
		bound, cancel := context.WithTimeout(ctx, knockTimeout)
		defer cancel()
		err := try(bound)
		e.post(func() {
			if epoch != e.links.epoch {
				return
			}
			if k.shut && err == nil {
				listens()
			}
			k.running, k.shut, k.at = false, err != nil, e.now().Add(knockEvery)
		})
	})
	return time.Time{}
}

// door is the address of a server, as it stands in the settings.
type door struct {
	address string
	connect Connect // nil means over the network
}

// Knock reports nil when somebody listens there, the server itself or a proxy before it.
func (d door) Knock(ctx context.Context) error {
	u, err := url.Parse(d.address)
	if err != nil || u.Host == "" {
		if u, err = url.Parse("http://" + d.address); err != nil {
			return err
		}
	}
	if via, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err == nil && via != nil {
		u = via
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	connect := d.connect
	if connect == nil {
		connect = (&net.Dialer{}).DialContext
	}
	conn, err := connect(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	return conn.Close()
}
