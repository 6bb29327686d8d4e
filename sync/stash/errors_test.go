package stash_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

// calls are all questions of the client, to test what holds for each.
func calls() map[string]func(context.Context, *stash.Client) error {
	return map[string]func(context.Context, *stash.Client) error{
		"status": func(ctx context.Context, c *stash.Client) error { _, err := c.Status(ctx); return err },
		"newest": func(ctx context.Context, c *stash.Client) error { _, _, err := c.Newest(ctx); return err },
		"sweep": func(ctx context.Context, c *stash.Client) error {
			return c.Sweep(ctx, func([]scene.Stamp) error { return nil })
		},
		"sweep files": func(ctx context.Context, c *stash.Client) error {
			return c.SweepFiles(ctx, 0, func([]scene.FileStamp) error { return nil })
		},
		"names": func(ctx context.Context, c *stash.Client) error { _, err := c.Names(ctx, 0); return err },
		"scenes": func(ctx context.Context, c *stash.Client) error {
			_, err := c.Scenes(ctx, []scene.ID{3}, 0)
			return err
		},
		"by path": func(ctx context.Context, c *stash.Client) error {
			_, err := c.FindByPath(ctx, "/films/a.mp4")
			return err
		},
		"title": func(ctx context.Context, c *stash.Client) error { _, err := c.FindByTitle(ctx, "Harbour"); return err },
		"galleries": func(ctx context.Context, c *stash.Client) error {
			_, err := c.GalleryPictures(ctx, map[scene.ID][]scene.Gallery{3: {{ID: "2"}}})
			return err
		},
		"gallery picture": func(ctx context.Context, c *stash.Client) error { _, err := c.GalleryPicture(ctx, "3"); return err },
		"cover":           func(ctx context.Context, c *stash.Client) error { _, err := c.Cover(ctx, 3, ""); return err },
		"jobs":            func(ctx context.Context, c *stash.Client) error { return c.WatchJobs(ctx, func() {}) },
	}
}

// plexPage is what Plex says to whoever brings no good token.
const plexPage = "<html><head><script>window.location = window.location.href.match(/(^.+\\/)[^\\/]*$/)[1] + 'web/index.html';</script>" +
	"<title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"

// each runs every call against one kind of answer.
func each(t *testing.T, a answer, key string, check func(*testing.T, error)) {
	t.Helper()
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(asked) answer { return a })
			check(t, call(t.Context(), client(f.URL, key)))
		})
	}
}

func TestEveryCallClassifiesAnAnswerThatIsNotGraphQL(t *testing.T) {
	t.Parallel()
	page := "<!doctype html><html><title>Stash</title></html>"
	for name, tc := range map[string]struct {
		answer answer
		key    string
		class  fault.Class
		words  string
	}{
		"web page":           {answer{kind: "text/html; charset=utf-8", body: page}, "", fault.Config, "answers with a web page"},
		"no key":             {answer{code: 401}, "", fault.Unauthorized, "Stash wants an API key."},
		"wrong key":          {answer{code: 401}, canary, fault.Unauthorized, "Stash refused the API key."},
		"Plex, no token":     {answer{code: 401, kind: "text/html", body: plexPage}, "", fault.Config, "Plex answers at this address"},
		"Plex":               {answer{code: 401, kind: "text/html", head: map[string]string{"X-Plex-Protocol": "1.0"}}, canary, fault.Config, "Plex answers at this address"},
		"login":              {answer{code: 302, head: map[string]string{"Location": "/login?returnURL=%2Fgraphql"}}, "", fault.Unauthorized, "Stash wants an API key."},
		"login under a path": {answer{code: 302, head: map[string]string{"Location": "/stash/login"}}, canary, fault.Unauthorized, "refused"},
		"moved":              {answer{code: 301, head: map[string]string{"Location": "https://films.example/graphql?apikey=" + canary}}, canary, fault.Config, "redirects"},
		"exposed":            {answer{code: 403, kind: "text/plain", body: "Stash is exposed to the public internet without authentication"}, "", fault.Config, "locked itself"},
		"proxy forbids":      {answer{code: 403, kind: "text/html", body: page}, "", fault.Config, "refuses access"},
		"too many":           {answer{code: 429}, "", fault.Busy, "busy"},
		"bad gateway":        {answer{code: 502, kind: "text/html", body: page}, "", fault.Unreachable, "502"},
		"unavailable":        {answer{code: 503}, "", fault.Unreachable, "503"},
		"gateway timeout":    {answer{code: 504}, "", fault.Unreachable, "504"},
		"https port":         {answer{code: 400, kind: "text/plain", body: "Client sent an HTTP request to an HTTPS server."}, "", fault.Config, "accepts https only"},
		"gone":               {answer{code: 410, kind: "text/plain"}, "", fault.Config, "not the way Stash does"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, tc.answer, tc.key, func(t *testing.T, err error) { want(t, err, tc.class, tc.words) })
		})
	}
}

func TestAKeySentToAStashWithoutCredentialsIsExplained(t *testing.T) {
	t.Parallel()
	f := serve(t, func(asked) answer { return answer{code: 401} })
	_, err := client(f.URL, canary).Status(t.Context())
	if got := want(t, err, fault.Unauthorized, "refused"); !strings.Contains(got.Hint.String(), "without user name and password refuses every key") {
		t.Errorf("hint %q does not tell about a Stash without credentials", got.Hint)
	}
}

func TestRetryAfterIsHonouredWithinReason(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		said string
		want time.Duration
	}{
		"seconds": {"7", 7 * time.Second}, "absurd": {"9999999", time.Hour}, "negative": {"-3", 0},
		"date": {"Mon, 23 Nov 2026 16:00:00 GMT", 20 * time.Second}, "nothing": {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(asked) answer {
				return answer{code: 429, head: map[string]string{"Retry-After": tc.said, "Date": "Mon, 23 Nov 2026 15:59:40 GMT"}}
			})
			_, _, err := client(f.URL, "").Newest(t.Context())
			if got := want(t, err, fault.Busy, "").RetryAfter; got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestRedirectsAreNeverFollowed(t *testing.T) {
	t.Parallel()
	other := serve(t, func(asked) answer { return ok(okState) })
	each(t, answer{code: 302, head: map[string]string{"Location": other.URL + "/graphql"}}, canary, func(t *testing.T, err error) {
		f := want(t, err, fault.Config, "redirects")
		if !strings.Contains(f.Hint.String(), other.URL) {
			t.Errorf("hint %q does not name the other address", f.Hint)
		}
	})
	t.Cleanup(func() {
		other.mu.Lock()
		defer other.mu.Unlock()
		if len(other.log) > 0 {
			t.Errorf("the other host was asked %d times", len(other.log))
		}
	})
}

func TestAStashThatIsNotReadySaysSoInWords(t *testing.T) {
	t.Parallel()
	for file, words := range map[string]string{
		"state_SETUP":           "Stash is not set up yet",
		"state_NEEDS_MIGRATION": "Stash needs a database migration: open it in a browser",
	} {
		for name, call := range calls() {
			if name == "jobs" || name == "sweep files" {
				continue // jobs can be watched in any state; both sweeps begin alike
			}
			t.Run(file+" "+name, func(t *testing.T) {
				t.Parallel()
				f := replay(t, states(t, file))
				want(t, call(t.Context(), client(f.URL, "")), fault.Config, words)
			})
		}
	}
}

func TestAResolverErrorIsTemporaryEvenThoughTheStatusIs200(t *testing.T) {
	t.Parallel()
	bad := sample(t, "error_invalid_sort_200")
	f := replay(t, map[string]answer{"Newest": bad, "State": sample(t, "systemStatus_version")})
	_, _, err := client(f.URL, "").Newest(t.Context())
	got := want(t, err, fault.Temporary, "could not answer")
	if !strings.Contains(got.Error(), "invalid sort: bogus") {
		t.Errorf("%v does not carry Stash's own words", got)
	}
}

func TestErrorsComeBeforeData(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{
		"State":  ok(okState),
		"Newest": ok(`{"errors":[{"message":"database is locked","path":["findScenes"]}],"data":{"findScenes":{"count":3,"scenes":[]}}}`),
	})
	_, _, err := client(f.URL, "").Newest(t.Context())
	want(t, err, fault.Busy, "database is busy")
}

func TestA422NamesTheVersion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ version, words string }{
		"old":  {`{"data":{"version":{"version":"v0.19.1"}}}`, "too old for Lockstep (version v0.19.1)"},
		"new":  {`{"data":{"version":{"version":"v1.2.0"}}}`, "too old or too new for Lockstep (version v1.2.0)"},
		"none": {`{"errors":[{"message":"Cannot query field"}]}`, "not the way Stash does"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"Names": sample(t, "error_unknown_field_422"), "Version": ok(tc.version)})
			c := client(f.URL, "")
			for range 3 {
				_, err := c.Names(t.Context(), 0)
				want(t, err, fault.Config, tc.words)
			}
			if n := len(f.seen("Version")); name != "none" && n != 1 {
				t.Errorf("the version was asked for %d times, want once", n)
			}
		})
	}
}

func TestStatusRefusesAVersionBelow025(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"v0.24.3": true, "v0.8.0": true, "v0.25.0": false, "v0.30.1-19-gcf3489efd": false, "v1.0.0": false, "": false, "develop": false,
	} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{
				"State": ok(fmt.Sprintf(`{"data":{"systemStatus":{"status":"OK"},"version":{"version":%q}}}`, version)),
				"Count": ok(`{"data":{"findScenes":{"count":16}}}`),
			})
			s, err := client(f.URL, "").Status(t.Context())
			if old {
				want(t, err, fault.Config, "too old for Lockstep (version "+version)
			} else if err != nil || s.Scenes != 16 {
				t.Errorf("got %+v, %v", s, err)
			}
		})
	}
}

func TestAnswersThatAreNoGraphQLHoldTheQueue(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body  string
		class fault.Class
	}{
		"garbage":     {"\x00\x01garbage", fault.Unreachable},
		"cut off":     {`{"data":{"findScenes":{"count":3,`, fault.Unreachable},
		"empty":       {"", fault.Unreachable},
		"other json":  {`{"status":"ok"}`, fault.Config},
		"null":        {`{"data":null}`, fault.Config},
		"other shape": {`{"data":{"findScenes":{"count":"many"}}}`, fault.Config},
		"no count":    {`{"data":{"findScenes":null}}`, fault.Config},
		"bad id":      {`{"data":{"findScenes":{"count":1,"scenes":[{"id":"x"}]}}}`, fault.Config},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"Newest": ok(tc.body)})
			_, _, err := client(f.URL, "").Newest(t.Context())
			want(t, err, tc.class, "")
		})
	}
}

func TestAnAnswerCutOffOnTheWireIsUnreachable(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte(`{"data":`))
	}))
	t.Cleanup(s.Close)
	_, _, err := client(s.URL, "").Newest(t.Context())
	want(t, err, fault.Unreachable, "closed the connection")
}
