package plex_test

import (
	"context"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
)

// Success comes from Plex as nothing or as a container. What else is answered with 200 says nothing about whether the
// request was carried out.
func TestOnlyAnAnswerOfPlexIsSuccess(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		ok   bool
	}{
		"nothing":           {"", true},
		"blanks":            {" \r\n", true},
		"a JSON container":  {`{"MediaContainer":{"size":0}}`, true},
		"an XML container":  {`<?xml version="1.0" encoding="UTF-8"?><MediaContainer size="0"></MediaContainer>`, true},
		"the path of item":  {"/library/metadata/5/thumb/17", true},
		"noise":             {"\x00\x1f{<\"unfinished", false},
		"words":             {"OK", false},
		"JSON of another":   {`{"status":"ok"}`, false},
		"an empty list":     {`[]`, false},
		"lists in lists":    {strings.Repeat("[", 5000), false},
		"half a container":  {`{"MediaContainer":{"si`, false},
		"a web page":        {"<!DOCTYPE html><html></html>", false},
		"XML of another":    {`<Response><Status code="0"/></Response>`, false},
		"a server starting": {`{"MediaContainer":{"startState":"startingPlugins"}}`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, serve(t, says(200, tt.body)).URL)
			ctx := context.Background()
			edit := plan.Edit{RatingKey: "5", Section: "1", Scalars: map[string]string{"title": "Fog"}}
			for what, err := range map[string]error{"an edit": c.Edit(ctx, edit), "a scan": c.Scan(ctx, "1", "/films")} {
				if (err == nil) != tt.ok || err != nil && fault.Of(err).Class == fault.Local {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}
