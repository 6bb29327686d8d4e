package plex_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/plex"
)

// answering listens on loopback and answers each search with the given datagrams.
func answering(t *testing.T, answers ...string) (address string, searched <-chan string) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	got := make(chan string, 1)
	go func() {
		buf := make([]byte, 1024)
		n, from, err := conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		got <- string(buf[:n])
		for _, a := range answers {
			_, _ = conn.WriteToUDP([]byte(a), from)
		}
	}()
	return conn.LocalAddr().String(), got
}

const goodAnswer = "HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\nHost: abc.plex.direct\r\nName: Boat: House\r\n" +
	"Port: 32400\r\nResource-Identifier: m1\r\nVersion: 1.40.0\r\n\r\n"

func TestDiscoverReadsWhatServersAnswer(t *testing.T) {
	t.Parallel()
	address, searched := answering(t,
		goodAnswer, goodAnswer, // twice, as over two network cards
		strings.Replace(goodAnswer, "plex/media-server", "plex/media-player", 1),
		strings.Replace(strings.Replace(goodAnswer, "m1", "m2", 1), "32400", "99999", 1),
		strings.Replace(strings.Replace(goodAnswer, "m1", "m3", 1), "200 OK", "404 No", 1),
		"\x00\x01noise", "",
		strings.ReplaceAll(strings.Replace(goodAnswer, "m1", "m4", 1), "\r\n", "\n"))
	got, err := plex.Discover(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	want := []plex.Found{
		{Name: "Boat: House", Machine: "m1", Version: "1.40.0", URL: "http://127.0.0.1:32400"},
		{Name: "Boat: House", Machine: "m4", Version: "1.40.0", URL: "http://127.0.0.1:32400"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if q := <-searched; !strings.HasPrefix(q, "M-SEARCH * HTTP/1.0") {
		t.Errorf("searched with %q", q)
	}
}

func TestDiscoverEndsWithItsContext(t *testing.T) {
	t.Parallel()
	address, searched := answering(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-searched; cancel() }()
	if got, err := plex.Discover(ctx, address); !errors.Is(err, context.Canceled) || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestDiscoverRefusesABadAddress(t *testing.T) {
	t.Parallel()
	if _, err := plex.Discover(context.Background(), "no port"); err == nil {
		t.Error("no error")
	}
}
