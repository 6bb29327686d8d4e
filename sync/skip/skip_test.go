package skip_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"lockstep/sync/message"
	"lockstep/sync/skip"
)

var update = flag.Bool("update", false, "write docs/skip-reasons.md")

const page = "../../docs/skip-reasons.md"

func TestThePageInTheDocumentationIsTheList(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile(page, []byte(skip.Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != skip.Page() {
		t.Errorf("%s is not up to date: go test ./sync/skip -update", page)
	}
}

func TestEveryReasonIsUsable(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	words, codes := map[string]bool{}, map[skip.Code]bool{}
	for _, r := range skip.All() {
		if !code.MatchString(string(r.Code)) || codes[r.Code] || words[r.Message.String()] {
			t.Errorf("%+v: the code is malformed or something is there twice", r)
		}
		codes[r.Code], words[r.Message.String()] = true, true
		if r.Message.IsZero() || strings.HasSuffix(r.Message.String(), ".") || strings.HasSuffix(r.Advice.String(), ".") || strings.Contains(r.Message.String()+r.Advice.String(), "|") {
			t.Errorf("%+v: words and advice are sentences without their full stop", r)
		}
		if r.Act && r.Advice.IsZero() {
			t.Errorf("%s asks for something without saying what", r.Code)
		}
		if skip.Of(r.Code) != r {
			t.Errorf("%s is not found under its own code", r.Code)
		}
	}
}

func TestAnUnknownCodeIsExplainedToo(t *testing.T) {
	t.Parallel()
	r := skip.Of("from-the-future")
	if !strings.Contains(r.Message.String(), "from-the-future") || r.Advice.IsZero() {
		t.Errorf("got %+v", r)
	}
}

func TestTheListCannotBeChangedFromOutside(t *testing.T) {
	t.Parallel()
	skip.All()[0].Message = message.Foreign("changed")
	if skip.All()[0].Message.String() == "changed" {
		t.Error("All hands out the list itself")
	}
}

func TestWhatSaysTheSameMoreExactlyIsSaidOnce(t *testing.T) {
	t.Parallel()
	r := skip.Of(skip.PathNotMapped)
	exact, more := message.New(message.MatchNoRule, message.List(message.Path("/data/x"))), message.New(message.MatchRulesDisagree)
	for particular, want := range map[message.Message][2]message.Message{
		message.None: {r.Message, message.None},
		r.Message:    {r.Message, message.None},
		exact:        {exact, message.None},
		more:         {r.Message, more},
	} {
		if words, more := r.With(particular); words != want[0] || more != want[1] {
			t.Errorf("%q gives %q and %q, want %q", particular, words, more, want)
		}
	}
}
