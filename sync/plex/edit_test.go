package plex_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
)

// row is an item as a server would keep it, changed by nothing but edit requests.
type row struct {
	mu      sync.Mutex
	scalars map[string]string
	lists   map[string][]string
	locks   map[string]bool
	replace bool // named names replace the list instead of joining it
	reset   bool // a tag edit empties unlocked scalars it does not carry
	most    int  // longest request line, 0 for any
	code    int  // the answer to longer ones
}

var wantedTag = regexp.MustCompile(`^(\w+)\[\d+\]\.tag\.tag$`)

func (s *row) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most > 0 && len("PUT  HTTP/1.1")+len(r.RequestURI) > s.most {
		w.WriteHeader(s.code)
		return
	}
	q := r.URL.Query()
	adds := map[string][]string{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, _ = url.QueryUnescape(key)
		value, _ = url.QueryUnescape(value)
		s.apply(key, value, adds)
	}
	s.join(adds, q)
	if s.reset && strings.Contains(r.URL.RawQuery, ".tag.tag") {
		s.forget(q)
	}
}

func (s *row) apply(key, value string, adds map[string][]string) {
	if m := wantedTag.FindStringSubmatch(key); m != nil {
		adds[m[1]] = append(adds[m[1]], value)
	} else if name, ok := strings.CutSuffix(key, ".value"); ok {
		s.scalars[name] = value
	} else if name, ok := strings.CutSuffix(key, ".locked"); ok {
		s.locks[name] = value == "1"
	}
}

func (s *row) join(adds map[string][]string, q url.Values) {
	for name, tags := range adds {
		if s.replace {
			s.lists[name] = nil
		}
		for _, tag := range tags {
			if !slices.Contains(s.lists[name], tag) {
				s.lists[name] = append(s.lists[name], tag)
			}
		}
	}
	for key, values := range q {
		name, ok := strings.CutSuffix(key, "[].tag.tag-")
		if !ok {
			continue
		}
		for part := range strings.SplitSeq(values[0], ",") {
			tag, _ := url.PathUnescape(part)
			s.lists[name] = slices.DeleteFunc(s.lists[name], func(have string) bool { return strings.EqualFold(have, tag) })
		}
	}
}

func (s *row) forget(q url.Values) {
	for name := range s.scalars {
		if !s.locks[name] && !q.Has(name+".value") {
			s.scalars[name] = ""
		}
	}
}

// tags draws names that try to be mistaken for syntax.
func tags(t *rapid.T, label string) []string {
	name := rapid.OneOf(
		rapid.SampledFrom([]string{"Sea, calm", "100%", "a&b=c", "[0]", "%2C", "50%2", "Ænigma 海", "a+b", "#1"}),
		rapid.StringMatching(`[A-Z][a-z ,%&\[\]]{1,80}[a-z]`),
	)
	return rapid.SliceOfNDistinct(name, 0, 120, strings.ToLower).Draw(t, label)
}

func TestAnEditEndsAsWantedWhateverTheServerDoesWithLists(t *testing.T) {
	t.Parallel()
	item := &row{}
	s := serve(t, item.serve)
	c := client(t, s.URL)
	rapid.Check(t, func(t *rapid.T) {
		have, want := tags(t, "have"), tags(t, "want")
		before := len(s.requests())
		item.scalars, item.locks = map[string]string{"studio": "Old"}, map[string]bool{}
		item.lists = map[string][]string{"genre": slices.Clone(have)}
		item.reset = rapid.Bool().Draw(t, "reset")
		item.most = rapid.SampledFrom([]int{0, 7600, 4000}).Draw(t, "most")
		item.code = rapid.SampledFrom([]int{400, 413, 414, 431}).Draw(t, "code")
		e := plan.Edit{
			RatingKey: "55", Section: "3",
			Scalars: map[string]string{"title": "Fog", "studio": "Shoreline", "summary": strings.Repeat("mist ", rapid.IntRange(0, 400).Draw(t, "summary"))},
			Lists:   map[string]plan.ListEdit{"genre": {Want: want, Remove: missing(have, want)}, "actor": {Want: []string{"Ada Reed"}}},
			Locks:   map[string]bool{"title": true, "studio": rapid.Bool().Draw(t, "locked"), "summary": true, "genre": true, "actor": true, "thumb": true},
		}
		// A server that replaces lists cannot be given one that needs two requests.
		item.replace = item.most == 0 && len(strings.Join(want, ""))*3+40*len(want) < 5000 && rapid.Bool().Draw(t, "replace")
		if err := c.Edit(context.Background(), e); err != nil {
			t.Fatalf("edit: %v", err)
		}
		for _, r := range s.requests()[before:] {
			if q := r.header; r.line > 7500 || q.Get("X-Plex-Token") == "" {
				t.Fatalf("a request line of %d bytes", r.line)
			}
		}
		if got := lower(item.lists["genre"]); !slices.Equal(got, lower(want)) {
			t.Fatalf("genres are %q, want %q", got, lower(want))
		}
		if !maps.Equal(item.scalars, e.Scalars) || !maps.Equal(item.locks, e.Locks) {
			t.Fatalf("got %v %v, want %v %v", item.scalars, item.locks, e.Scalars, e.Locks)
		}
	})
}

func missing(have, want []string) []string {
	return slices.DeleteFunc(slices.Clone(have), func(n string) bool { return slices.Contains(lower(want), strings.ToLower(n)) })
}

func lower(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, strings.ToLower(n))
	}
	slices.Sort(out)
	return out
}

func TestAnOrdinaryEditIsOneRequestWithoutBody(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, ""))
	e := plan.Edit{RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog"}, Lists: map[string]plan.ListEdit{"genre": {Want: []string{"Sea"}, Remove: []string{"Land"}}}}
	if err := client(t, s.URL).Edit(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	got := s.requests()
	if len(got) != 1 || got[0].method != "PUT" || got[0].path != "/library/sections/3/all" || got[0].header.Get("Content-Length") > "0" {
		t.Errorf("got %+v, want one PUT", got)
	}
}

func TestClearingTheDateTravelsAloneAndLast(t *testing.T) {
	t.Parallel()
	e := plan.Edit{RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog", "originallyAvailableAt": ""}, Locks: map[string]bool{"title": true, "originallyAvailableAt": true}}
	s := serve(t, says(200, ""))
	if err := client(t, s.URL).Edit(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	got := s.requests()
	if len(got) != 2 || got[0].query != "type=1&id=55&title.value=Fog&title.locked=1&originallyAvailableAt.locked=1" || got[1].query != "type=1&id=55&originallyAvailableAt.value=&originallyAvailableAt.locked=1" {
		t.Errorf("got %+v", got)
	}
}

func TestAServerThatRefusesEverythingIsAskedTwiceMore(t *testing.T) {
	t.Parallel()
	s := serve(t, says(400, "<html>Bad Request</html>"))
	e := plan.Edit{RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog", "originallyAvailableAt": "2021-13"}}
	wantClass(t, client(t, s.URL).Edit(context.Background(), e), fault.Rejected)
	if n := len(s.requests()); n != 3 { // the edit, and two of its values alone
		t.Errorf("%d requests, want 3", n)
	}
}

func TestAScalarThatIsTooLongIsRejectedAfterTheRestWasWritten(t *testing.T) {
	t.Parallel()
	item := &row{scalars: map[string]string{}, lists: map[string][]string{}, locks: map[string]bool{}, most: 8000, code: 414}
	s := serve(t, item.serve)
	e := plan.Edit{RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog", "summary": strings.Repeat("霧", 5000)}, Lists: map[string]plan.ListEdit{"genre": {Want: []string{"Sea"}}}}
	f := wantClass(t, client(t, s.URL).Edit(context.Background(), e), fault.Rejected)
	if !strings.Contains(f.Message.String(), "too long") || item.scalars["title"] != "Fog" || len(item.lists["genre"]) != 1 || len(s.requests()) > 8 {
		t.Errorf("got %q, %v, %v in %d requests", f.Message, item.scalars, item.lists, len(s.requests()))
	}
}

func TestAnEditThatCouldHitMoreThanOneItemIsNeverSent(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, ""))
	title := map[string]string{"title": "Fog"}
	for name, e := range map[string]plan.Edit{
		"no id":           {Section: "3", Scalars: title},
		"no library":      {RatingKey: "55", Scalars: title},
		"two ids":         {RatingKey: "55,56", Section: "3", Scalars: title},
		"an injected id":  {RatingKey: "55&id=56", Section: "3", Scalars: title},
		"another path":    {RatingKey: "55", Section: "3/../4", Scalars: title},
		"no title":        {RatingKey: "55", Section: "3", Scalars: map[string]string{"title": ""}},
		"a strange field": {RatingKey: "55", Section: "3", Locks: map[string]bool{"a&b": true}},
	} {
		if err := client(t, s.URL).Edit(context.Background(), e); !fault.Is(err, fault.Local) {
			t.Errorf("%s: got %v, want a local fault", name, err)
		}
	}
	if err := client(t, s.URL).Edit(context.Background(), plan.Edit{}); err != nil {
		t.Errorf("an empty edit: %v", err)
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestAWebPageIsNoSuccessOfAnEdit(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, "<!doctype html><title>Sign in</title>"))
	err := client(t, s.URL).Edit(context.Background(), plan.Edit{RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog"}})
	wantClass(t, err, fault.Config)
}
