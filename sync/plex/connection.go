package plex

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// connectionTimeout is for one address: what does not answer within it is no good choice.
const connectionTimeout = 5 * time.Second

// maxConnections is how many addresses are tried; real servers have fewer than ten.
const maxConnections = 32

func joinHost(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// BestConnection tries all addresses of a server at once, without token, and gives the
// best that answers as this very server: local before remote, encrypted before plain,
// relays last. One request per address.
func (s *SignIn) BestConnection(ctx context.Context, server Server) (Connection, error) {
	list := slices.Clone(server.Connections)
	slices.SortStableFunc(list, func(a, b Connection) int { return a.rank() - b.rank() })
	list = list[:min(len(list), maxConnections)]
	good := make([]bool, len(list))
	var wait sync.WaitGroup
	for i, conn := range list {
		wait.Go(func() { good[i] = s.is(ctx, conn, server.Machine) })
	}
	wait.Wait()
	if i := slices.Index(good, true); i >= 0 {
		return list[i], nil
	}
	if ctx.Err() != nil {
		return Connection{}, plexFault(fault.Canceled, message.New(message.PlexSearchStopped), message.None, ctx.Err())
	}
	return Connection{}, plexFault(fault.Unreachable, message.New(message.PlexNoAddress), message.New(message.AdvicePlexHost), nil)
}

func (s *SignIn) is(ctx context.Context, conn Connection, machine string) bool {
	c := New(Options{URL: conn.URL, ClientID: s.o.ClientID, Version: s.o.Version, Timeout: connectionTimeout})
	defer c.Close()
	who, err := c.Identity(ctx)
	return err == nil && who.Machine == machine
}

// rank orders connections, the best first.
func (c Connection) rank() int {
	rank := 0
	if c.Relay {
		rank += 4
	}
	if !c.Local {
		rank += 2
	}
	if !strings.HasPrefix(c.URL, "https:") {
		rank++
	}
	return rank
}
