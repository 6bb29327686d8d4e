package desk

import (
	"encoding/xml"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestLaunchAgentNamesProgramAndArguments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ -~ü→]{0,12}`)
		a := Autostart{ID: ID, Program: "/Applications/" + word.Draw(t, "program"), Args: rapid.SliceOf(word).Draw(t, "args")}
		content, err := agent(a)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Label string   `xml:"dict>string"`
			Words []string `xml:"dict>array>string"`
		}
		if err := xml.Unmarshal(content, &got); err != nil {
			t.Fatalf("%s: %v", content, err)
		}
		if want := append([]string{a.Program}, a.Args...); !slices.Equal(got.Words, want) {
			t.Fatalf("got %q, want %q", got.Words, want)
		}
		if agentOff(content) || len(agentCommand(content)) == 0 {
			t.Fatalf("reads as switched off or empty: %s", content)
		}
	})
}

func TestAgentSwitchedOffIsSeen(t *testing.T) {
	t.Parallel()
	if !agentOff([]byte("<dict>\n<key>Disabled</key>\n\t<true/></dict>")) {
		t.Error("not seen")
	}
}
