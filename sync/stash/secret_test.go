package stash_test

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/sync/fault"
)

func TestTheAPIKeyIsInNoErrorAndNoAddress(t *testing.T) {
	t.Parallel()
	echo := func(code int, kind, body string) answer { return answer{code: code, kind: kind, body: body} }
	for name, a := range map[string]answer{
		"401":          echo(401, "text/plain", canary),
		"403":          echo(403, "text/plain", strings.Repeat("x", 290)+canary),
		"404":          echo(404, "text/plain", "no such page: "+canary),
		"500":          echo(500, "text/plain", canary),
		"503":          echo(503, "text/html", canary),
		"text":         echo(200, "text/plain", canary),
		"html":         echo(200, "text/html", canary),
		"other json":   echo(200, "application/json", `{"key":"`+canary+`"}`),
		"bad id":       echo(200, "application/json", `{"data":{"findScenes":{"count":1,"scenes":[{"id":"`+canary+`"}]},"s0":{"id":"`+canary+`"}}}`),
		"error":        echo(200, "application/json", `{"errors":[{"message":"bad key `+canary+`","path":["s0"]}],"data":null}`),
		"422":          echo(422, "application/json", `{"errors":[{"message":"bad key `+canary+`"}],"data":null}`),
		"moved":        {code: 301, head: map[string]string{"Location": "http://" + canary + "/x?apikey=" + canary}},
		"login":        {code: 302, head: map[string]string{"Location": "/login?returnURL=" + canary}},
		"bad location": {code: 302, head: map[string]string{"Location": "http://[" + canary}},
		"svg":          {kind: "image/jpeg", body: canary},
	} {
		for call, run := range calls() {
			t.Run(name+" "+call, func(t *testing.T) {
				t.Parallel()
				f := serve(t, func(asked) answer { return a })
				f.reply = func(q asked) answer {
					if strings.Contains(q.url, canary) {
						t.Errorf("the key is in the address %s", q.url)
					}
					return a
				}
				noKey(t, run(t.Context(), client(f.URL+"/?apikey="+canary+"#"+canary, canary)))
				f.Close()
				noKey(t, run(t.Context(), client(strings.Replace(f.URL, "://", "://me:"+canary+"@", 1)+"/?apikey="+canary, canary)))
			})
		}
	}
}

// noKey walks the whole chain of an error, in every form a log could print.
func noKey(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	f := fault.Of(err)
	for _, text := range []string{err.Error(), fmt.Sprintf("%v %q", err, err), f.Message.String(), f.Hint.String(), f.Error()} {
		if strings.Contains(text, canary) || strings.Contains(text, canary[:20]) {
			t.Errorf("the key is in %q", text)
		}
	}
	if f.Err != nil && strings.Contains(f.Err.Error(), canary) {
		t.Errorf("the key is in the cause %q", f.Err)
	}
}

func TestAKeyThatCannotBeSentIsSaidSo(t *testing.T) {
	t.Parallel()
	f := serve(t, func(asked) answer { return ok(okState) })
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := call(t.Context(), client(f.URL, "two\nlines"))
			want(t, err, fault.Unauthorized, "invalid characters")
			if strings.Contains(err.Error(), "lines") {
				t.Errorf("the key is in %v", err)
			}
		})
	}
}
