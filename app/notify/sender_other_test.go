//go:build !linux

package notify

import (
	"encoding/xml"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextsAreInertOnTheirWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[$`\"\\\\\\]>\x00-\x1f\u201c-\u201e(){} a]{0,20}")).Draw(t, "text")
		got := plain(text)
		if strings.ContainsAny(got, "$`\"\\\u201c\u201d\u201e") {
			t.Errorf("a shell could read %q", got)
		}
		var read string
		if err := xml.Unmarshal([]byte("<text><![CDATA["+got+"]]></text>"), &read); err != nil || read != got {
			t.Errorf("%q became %q, %v", got, read, err)
		}
	})
}

func TestPictureThatWouldSpoilTheMessageIsLeftOut(t *testing.T) {
	t.Parallel()
	own, tmp := filepath.Join(t.TempDir(), "icon.png"), "tmp"
	if got := picture(own, tmp); got != own {
		t.Errorf("a path: %v", got)
	}
	for _, bad := range []string{"Tom & Ines", "$(x)", "a'b"} {
		if got := picture(filepath.Join(filepath.Dir(own), bad, "icon.png"), tmp); got != "" {
			t.Errorf("%s: %v", bad, got)
		}
		if got := picture("app.lockstep.Lockstep", bad); got != "" {
			t.Errorf("temporary folder %s: %d bytes", bad, len(got.([]byte)))
		}
	}
	if got, ok := picture("app.lockstep.Lockstep", tmp).([]byte); !ok || len(got) == 0 {
		t.Error("the name of an icon is no picture")
	}
}
