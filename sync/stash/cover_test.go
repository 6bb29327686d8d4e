package stash_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/stash"
)

const etag = `"0eef5c67aa"`

func pictures(t *testing.T) (jpg, pngs string) {
	t.Helper()
	var a, b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	if err := jpeg.Encode(&a, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

func TestACoverIsToldByItsContent(t *testing.T) {
	t.Parallel()
	jpg, pngs := pictures(t)
	for name, tc := range map[string]struct{ kind, body, want string }{
		"jpeg": {"image/jpeg", jpg, "image/jpeg"}, "png": {"image/png", pngs, "image/png"},
		"png said to be jpeg": {"image/jpeg", pngs, "image/png"}, "no type": {"application/octet-stream", jpg, "image/jpeg"},
		"gif": {"image/gif", "GIF89a\x01\x00", "image/gif"}, "webp": {"image/webp", "RIFF\x00\x00\x00\x00WEBPVP", "image/webp"}, "bmp": {"image/bmp", "BM\x00\x00", "image/bmp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"/scene/3/screenshot": {kind: tc.kind, body: tc.body, head: map[string]string{"ETag": etag}}})
			c, err := client(f.URL, canary).Cover(t.Context(), 3, "")
			if err != nil || c.Type != tc.want || string(c.Bytes) != tc.body || c.ETag != etag || c.None || c.NotModified || len(c.SHA1) != 40 {
				t.Errorf("got %s %q %q, %d bytes, %v", c.Type, c.ETag, c.SHA1, len(c.Bytes), err)
			}
			if h := f.seen("/scene/3/screenshot")[0].header; h.Get("If-None-Match") != "" || h.Get("ApiKey") != canary {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestThePlaceholderMeansNoCover(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{"/scene/3/screenshot": {kind: "image/svg+xml", body: "<svg/>", head: map[string]string{"ETag": etag}}})
	c, err := client(f.URL, "").Cover(t.Context(), 3, "")
	if err != nil || !c.None || c.ETag != etag || len(c.Bytes) != 0 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestAnUnchangedCoverIsNotSentAgain(t *testing.T) {
	t.Parallel()
	f := serve(t, func(a asked) answer {
		if a.header.Get("If-None-Match") != etag {
			return answer{code: http.StatusBadRequest}
		}
		return answer{code: http.StatusNotModified}
	})
	c, err := client(f.URL, "").Cover(t.Context(), 3, etag)
	if err != nil || !c.NotModified || c.ETag != etag || c.None || len(c.Bytes) != 0 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestWhatIsNoPictureIsNoCover(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer answer
		class  fault.Class
		words  string
	}{
		"login":            {answer{code: 302, head: map[string]string{"Location": "/login?returnURL=%2Fscene%2F3"}}, fault.Unauthorized, "wants an API key"},
		"page":             {answer{kind: "text/html", body: "<html>"}, fault.Config, "web page"},
		"page said jpeg":   {answer{kind: "image/jpeg", body: "<!doctype html><html>"}, fault.Rejected, "not a picture"},
		"svg said jpeg":    {answer{kind: "image/jpeg", body: "<svg xmlns='x'/>"}, fault.Rejected, "not a picture"},
		"junk":             {answer{kind: "image/jpeg", body: "junk"}, fault.Rejected, "not a picture"},
		"nothing":          {answer{kind: "image/jpeg"}, fault.Rejected, "not a picture"},
		"gone":             {answer{code: 404, kind: "text/plain", body: "Not Found"}, fault.NotFound, "no longer has this scene"},
		"unprocessable":    {answer{code: 422, body: "{}"}, fault.Config, ""},
		"part":             {answer{code: 206, kind: "image/jpeg", body: "half"}, fault.Config, ""},
		"gateway":          {answer{code: 502}, fault.Unreachable, "502"},
		"not modified yet": {answer{code: 412}, fault.Config, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"/scene/3/screenshot": tc.answer})
			c, err := client(f.URL, "").Cover(t.Context(), 3, "")
			want(t, err, tc.class, tc.words)
			if c.Bytes != nil || c.None || c.NotModified {
				t.Errorf("got %+v beside an error", c)
			}
		})
	}
}

func TestABrokenCoverIsTemporaryWhenStashIsWell(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{"/scene/3/screenshot": {code: 500, kind: "text/plain"}, "State": ok(okState)})
	_, err := client(f.URL, "").Cover(t.Context(), 3, "")
	want(t, err, fault.Temporary, "could not read the cover")
}

// What fails of thumbnails holds up no cover that is to be written, and a broken one makes
// nobody ask how Stash is.
func TestThumbnailsAreCountedApart(t *testing.T) {
	t.Parallel()
	jpg, _ := pictures(t)
	broken := answer{code: http.StatusInternalServerError, kind: "text/plain", body: "no"}
	f := replay(t, map[string]answer{"/scene/3/screenshot": broken, "/scene/4/screenshot": {kind: "image/jpeg", body: jpg, head: map[string]string{"ETag": etag}}})
	b := budget.New(time.Now, func() float64 { return 0 })
	c := stash.New(stash.Options{URL: f.URL, Budget: b})
	for range 20 {
		if _, err := c.Thumbnail(t.Context(), 3, ""); !fault.Is(err, fault.Temporary) {
			t.Fatal(err)
		}
	}
	if n := len(f.seen("/scene/3/screenshot")); n > 8 {
		t.Errorf("%d requests within a moment", n)
	}
	if n := len(f.seen("systemStatus")); n != 0 || b.Fails(budget.Cover) || !b.Fails(budget.Thumbnail) {
		t.Errorf("asked %d times how Stash is, failing %v", n, b.Failing())
	}
	if got, err := c.Cover(t.Context(), 4, ""); err != nil || string(got.Bytes) != jpg {
		t.Errorf("a cover to be written is held: %v", err)
	}
}
