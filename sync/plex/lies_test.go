package plex_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
)

// listed is an answer with items of these keys.
func listed(total string, keys ...string) string {
	var items []string
	for _, k := range keys {
		items = append(items, fmt.Sprintf(`{"ratingKey":%q,"title":"Fog"}`, k))
	}
	return `{"MediaContainer":{"totalSize":` + total + `,"Metadata":[` + strings.Join(items, ",") + `]}}`
}

func TestAListingThatLiesIsNoListing(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"the first page for ever":     listed("1000000000000", "1", "2", "3"),
		"the first page, for a while": listed("9", "1", "2", "3"),
		"more than there are":         listed("2", "1", "2", "3"),
		"none, with items":            listed("0", "1"),
		"less than none":              listed("-5", "1", "2"),
		"a number that is none":       listed(`"many"`, "1"),
		"a key that leads elsewhere":  listed("1", "../../:/prefs"),
		"a key with a query":          listed("1", "5?x=1"),
		"a key with a fragment":       listed("1", "5#x"),
		"a key that is percent-coded": listed("1", "5%2f"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, says(200, body))
			pages := 0
			err := client(t, s.URL).List(context.Background(), "1", scene.Listing{}, func(scene.ItemPage) (bool, error) {
				pages++
				return pages < 50, nil
			})
			if f := fault.Of(err); f == nil || f.Class == fault.Local || pages > 2 {
				t.Errorf("%v after %d pages", err, pages)
			}
		})
	}
}

func TestItemsThatComeTwiceCountOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := listed("3", "1", "1", "1")
		if asked.Add(1) > 1 {
			body = listed("2", "2", "3")
		}
		_, _ = w.Write([]byte(body))
	})
	got, err := client(t, s.URL).Items(context.Background(), []string{"1", "2", "3"})
	if err != nil || len(got) != 3 {
		t.Errorf("got %d items, %v: the others were taken for deleted", len(got), err)
	}
}

func TestLibrariesWithAKeyThatLeadsElsewhereAreNotShown(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, `{"MediaContainer":{"Directory":[{"key":"../1","title":"a"},{"key":"2","title":"b"},{"key":"3?x","title":"c"}]}}`))
	got, err := client(t, s.URL).Sections(context.Background())
	if err != nil || len(got) != 1 || got[0].ID != "2" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNoKeyIsPutIntoAPathUnlessItIsANumber(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, `{"MediaContainer":{}}`))
	c := client(t, s.URL)
	for _, key := range []string{"../1", "5?x=1", "5#x", "5/../6", "", " 5", "5%2f", "-5", "٥"} {
		for name, err := range map[string]error{
			"items":    second(c.Items(context.Background(), []string{key})),
			"size":     second(c.Size(context.Background(), key)),
			"pictures": second(c.Pictures(context.Background(), key, scene.FieldPoster)),
			"upload":   c.Upload(context.Background(), key, scene.FieldPoster, []byte("x"), "image/png"),
			"unselect": c.Unselect(context.Background(), key, scene.FieldPoster),
			"scan":     c.Scan(context.Background(), key, "/films"),
		} {
			if err == nil {
				t.Errorf("%s of %q: no error", name, key)
			}
		}
	}
	if n := len(s.requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func second[T any](_ T, err error) error { return err }

func TestBytesThatAreNoTextSpoilTheirOwnItemOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, "{\"MediaContainer\":{\"totalSize\":2,\"Metadata\":[{\"ratingKey\":\"1\",\"title\":\"a\xff\xfe\",\"Media\":[{\"Part\":[{\"file\":\"/films/\xff.mp4\"}]}]},{\"ratingKey\":\"2\",\"title\":\"Fog\"}]}}"))
	var got []scene.Item
	err := client(t, s.URL).List(context.Background(), "1", scene.Listing{}, func(p scene.ItemPage) (bool, error) {
		got = append(got, p.Items...)
		return true, nil
	})
	if err != nil || len(got) != 2 || got[1].Title != "Fog" || got[0].Files[0] != "/films/\uFFFD.mp4" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestASignInLivesAReasonableTimeWhateverItsServiceSays(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{
		"900": 15 * time.Minute, "-5": 30 * time.Minute, "0": 30 * time.Minute, "9223372036854775807": 30 * time.Minute, `"soon"`: 30 * time.Minute,
	} {
		s := serve(t, says(200, `{"id":7,"code":"abcd","expiresIn":`+said+`}`))
		pin, err := plex.NewSignIn(plex.SignInOptions{Service: s.URL, ClientID: "0b9c", Timeout: 5 * time.Second}).NewPIN(context.Background())
		if err != nil || pin.Lifetime != want {
			t.Errorf("%s: %v, %v", said, pin.Lifetime, err)
		}
	}
}

func TestTheServiceDoesNotLeadTheTokenToAnotherHost(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(other.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, code) })
		in := plex.NewSignIn(plex.SignInOptions{Service: s.URL, ClientID: "0b9c", Timeout: 5 * time.Second})
		if _, err := in.Servers(context.Background(), canary); err == nil {
			t.Errorf("%d: no error", code)
		}
		if err := in.Renew(context.Background(), canary); err == nil || fault.Is(err, fault.Unauthorized) {
			t.Errorf("%d: %v", code, err)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("%d requests reached the other host", n)
	}
}

func TestAServerWithThousandsOfAddressesIsAskedAtFew(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, `{"MediaContainer":{"machineIdentifier":"another"}}`))
	server := plex.Server{Machine: "mine"}
	for range 500 {
		server.Connections = append(server.Connections, plex.Connection{URL: s.URL, Local: true})
	}
	in := plex.NewSignIn(plex.SignInOptions{Service: s.URL, ClientID: "0b9c", Timeout: 5 * time.Second})
	if _, err := in.BestConnection(context.Background(), server); err == nil {
		t.Error("no error")
	}
	if n := len(s.requests()); n > 32 {
		t.Errorf("%d requests", n)
	}
}
