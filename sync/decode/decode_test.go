package decode_test

import (
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/decode"
)

type thing struct {
	Name string
	_    [1000]byte
}

func TestMoreObjectsThanAllowedAreNotMade(t *testing.T) {
	text := []byte("[" + strings.Repeat("{},", 1<<20) + "{}]")
	before := allocated()
	var into []thing
	if err := decode.JSON(text, 1000, &into); !errors.Is(err, decode.ErrTooLarge) || into != nil {
		t.Fatalf("%v, %d made", err, len(into))
	}
	if took := allocated() - before; took > 1<<20 {
		t.Errorf("%d bytes were allocated to refuse them", took)
	}
	if err := decode.JSON([]byte(`[{},{}]`), 3, &into); err != nil || len(into) != 2 {
		t.Errorf("%v, %d made", err, len(into))
	}
}

// What is no object makes an object too, where a list holds such.
func TestEntriesThatAreNoObjectsAreCountedToo(t *testing.T) {
	for _, entry := range []string{"null", "1", `""`, "true", " \n0 "} {
		text := []byte(`{"list":[` + strings.Repeat(entry+",", 1<<20) + entry + "]}")
		before := allocated()
		var into struct{ List []thing }
		if err := decode.JSON(text, 1000, &into); !errors.Is(err, decode.ErrTooLarge) {
			t.Errorf("%q: %v, %d made", entry, err, len(into.List))
		}
		if took := allocated() - before; took > 1<<20 {
			t.Errorf("%q: %d bytes were allocated to refuse them", entry, took)
		}
	}
}

func TestATagWithEndlessAttributesIsNotRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"attributes": "<a" + strings.Repeat(` b=""`, 1<<20) + "/>",
		"in a row":   "<x/><a" + strings.Repeat(` b=""`, 1<<20) + "/><x/>",
		"text":       "<a>" + strings.Repeat("b", 5<<20) + "</a>",
	} {
		if _, err := decode.XML([]byte(text), 100); !errors.Is(err, decode.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := decode.XML([]byte(`<a title="`+strings.Repeat("b", 100_000)+`"/>`), 100); err != nil {
		t.Errorf("a long title: %v", err)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestElementsAreCountedToo(t *testing.T) {
	t.Parallel()
	text := []byte("<a>" + strings.Repeat("<b/>", 50) + "</a>")
	if _, err := decode.XML(text, 20); !errors.Is(err, decode.ErrTooLarge) {
		t.Errorf("50 elements passed a limit of 20: %v", err)
	}
	d, err := decode.XML(text, 51)
	if err != nil {
		t.Fatal(err)
	}
	if tok, err := d.Token(); err != nil || tok == nil {
		t.Errorf("nothing to read: %v", err)
	}
}

func TestReadStopsBehindTheLimit(t *testing.T) {
	t.Parallel()
	endless := io.MultiReader(strings.NewReader("abc"), neverEnding{})
	if _, err := decode.Read(endless, decode.Limit{Bytes: 100}); !errors.Is(err, decode.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if b, err := decode.Read(strings.NewReader("abc"), decode.Limit{Bytes: 3}); err != nil || string(b) != "abc" {
		t.Errorf("got %q, %v", b, err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }

// The count of a text is exactly the number of objects, lists and other entries of lists
// in it, whatever its strings hold.
func TestTheCountIsThatOfTheParser(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v, n := value(t, 4)
		text, err := json.Marshal(v)
		if err != nil {
			t.Skip(err)
		}
		var back any
		if err := decode.JSON(text, n, &back); err != nil {
			t.Fatalf("%s with %d refused: %v", text, n, err)
		}
		if err := decode.JSON(text, n-1, &back); !errors.Is(err, decode.ErrTooLarge) {
			t.Fatalf("%s with %d passed a limit below it", text, n)
		}
	})
}

// value draws a list, and how many objects and lists it holds.
func value(t *rapid.T, depth int) (any, int) {
	list, n := []any{}, 1
	for range rapid.IntRange(0, 4).Draw(t, "length") {
		if depth > 0 && rapid.Bool().Draw(t, "nested") {
			inner, m := value(t, depth-1)
			list, n = append(list, map[string]any{rapid.StringMatching(`["\\{\[a]{0,5}`).Draw(t, "name"): inner}), n+m+1
			continue
		}
		list, n = append(list, rapid.OneOf(
			rapid.StringMatching(`["\\{}\[\],é]{0,8}`).AsAny(), rapid.Int().AsAny(), rapid.Just[any](nil),
		).Draw(t, "entry")), n+1
	}
	return list, n
}

func TestAListIsBoundedByItsOwnEntriesAlone(t *testing.T) {
	t.Parallel()
	text := []byte(`[{"a":[1,2,3]},"x,y",[4,5]]`)
	var into []any
	if err := decode.List(text, 3, &into); err != nil || len(into) != 3 {
		t.Errorf("%v, %d entries", err, len(into))
	}
	if err := decode.List(text, 2, &into); !errors.Is(err, decode.ErrTooLarge) {
		t.Errorf("three entries passed a limit of two: %v", err)
	}
}
