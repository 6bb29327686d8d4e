package plex

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

const (
	// discoveryGroup is where Plex servers listen for searches.
	discoveryGroup = "239.0.0.250:32414"
	// discoveryWait is how long answers are collected; servers answer at once.
	discoveryWait = 2 * time.Second
	// maxDatagram is more than any answer needs, and maxAnswers more than any household has.
	maxDatagram = 4096
	maxAnswers  = 64
	// searchRequest has the form Plex's own players send.
	searchRequest = "M-SEARCH * HTTP/1.0\r\n\r\n"
)

// Found is a server that answered on the local network. What it says of itself is not
// proven; Identity at its URL tells.
type Found struct {
	Name, Machine, Version, URL string
}

// Discover asks the local network for Plex servers and collects answers for two
// seconds. An empty address means the group they listen on. Nothing found is no error:
// many networks block it.
func Discover(ctx context.Context, address string) ([]Found, error) {
	if address == "" {
		address = discoveryGroup
	}
	to, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		return nil, noDiscovery(err)
	}
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, noDiscovery(err)
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(discoveryWait)); err != nil {
		return nil, noDiscovery(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := conn.WriteToUDP([]byte(searchRequest), to); err != nil {
		return nil, noDiscovery(err)
	}
	found := collect(conn)
	return found, ctx.Err()
}

func noDiscovery(err error) error {
	return fault.New(fault.Local, fault.None, message.New(message.PlexNoDiscovery), message.New(message.AdvicePlexNoDiscovery), err)
}

// collect reads answers until the deadline; each server counts once.
func collect(conn *net.UDPConn) []Found {
	var out []Found
	known := map[string]bool{}
	buf := make([]byte, maxDatagram)
	for range maxAnswers {
		n, from, err := conn.ReadFromUDP(buf)
		if err != nil {
			break
		}
		f, ok := readAnswer(string(buf[:n]), from.IP)
		if ok && !known[f.Machine] {
			known[f.Machine] = true
			out = append(out, f)
		}
	}
	return out
}

// readAnswer takes the address from the datagram, not from its text.
func readAnswer(answer string, from net.IP) (Found, bool) {
	status, rest, _ := strings.Cut(answer, "\n")
	fields := map[string]string{}
	for line := range strings.SplitSeq(rest, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if ok {
			fields[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		}
	}
	port, err := strconv.Atoi(fields["port"])
	machine := fields["resource-identifier"]
	if err != nil || port < 1 || port > 65535 || machine == "" || fields["content-type"] != "plex/media-server" || !strings.Contains(status, " 200") {
		return Found{}, false
	}
	at := url.URL{Scheme: "http", Host: joinHost(from.String(), port)}
	return Found{Name: fields["name"], Machine: machine, Version: fields["version"], URL: at.String()}, true
}
