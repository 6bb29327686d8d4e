package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

func TestQueryErrorsHaveTheMeasuredForm(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 5})
	nilPointer := `{"errors":[{"message":"Internal system error. Error \u003cunsupported date modifier type\u003e","path":["findScenes"]}],"data":null}`
	for name, c := range map[string]struct {
		query     string
		variables map[string]any
		status    int
		body      string
	}{
		"unknown field": {`{findScenes{scenes{id nosuch}}}`, nil, 422,
			`{"errors":[{"message":"Cannot query field \"nosuch\" on type \"Scene\".","locations":[{"line":1,"column":23}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}],"data":null}`},
		"syntax": {`{findScenes{`, nil, 422,
			`{"errors":[{"message":"Expected Name, found \u003cEOF\u003e","locations":[{"line":1,"column":13}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}],"data":null}`},
		"unknown input field": {`query($f:FindFilterType){findScenes(filter:$f){count}}`, map[string]any{"f": map[string]any{"nosuch": 1}}, 422,
			`{"errors":[{"message":"unknown field","path":["variable","f","nosuch"],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}],"data":null}`},
		"invalid sort": {`{findScenes(filter:{sort:"bogus"}){count}}`, nil, 200,
			`{"errors":[{"message":"invalid sort: bogus","path":["findScenes"]}],"data":null}`},
		"stamp modifier": {`{findScenes(scene_filter:{updated_at:{value:"x",modifier:INCLUDES}}){count}}`, nil, 200, nilPointer},
		"missing id fails the batch": {`{findScenes(ids:["3","424242"]){count}}`, nil, 200,
			`{"errors":[{"message":"scene with id 424242 not found","path":["findScenes"]}],"data":null}`},
		"duplicate id": {`{findScenes(ids:[3,3]){count}}`, nil, 200,
			`{"errors":[{"message":"validating ids: duplicate id found: 3","path":["findScenes"]}],"data":null}`},
		"missing scene in a mutation": {`mutation{sceneUpdate(input:{id:"424242",title:"x"}){id}}`, nil, 200,
			`{"errors":[{"message":"scene with id 424242 not found","path":["sceneUpdate"]}],"data":{"sceneUpdate":null}}`},
		"tolerant batch": {`query($a:ID,$b:ID,$c:ID){s0:findScene(id:$a){id} s1:findScene(id:$b){id} s2:findScene(id:$c){id}}`,
			map[string]any{"a": "3", "b": "424242", "c": nil}, 200, `{"data":{"s0":{"id":"3"},"s1":null,"s2":null}}`},
		"order of ids": {`{findScenes(ids:["4","2"],filter:{per_page:1}){count scenes{id}}}`, nil, 200,
			`{"data":{"findScenes":{"count":2,"scenes":[{"id":"4"},{"id":"2"}]}}}`},
		"count only":      {`{findScenes(filter:{per_page:0}){count scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"count":5,"scenes":[]}}}`},
		"past the end":    {`{findScenes(filter:{page:9}){count scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"count":5,"scenes":[]}}}`},
		"page 0 is 1":     {`{findScenes(filter:{page:0,per_page:1,sort:"id"}){scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"scenes":[{"id":"1"}]}}}`},
		"keyset":          {`{findScenes(filter:{per_page:2,sort:"id"},scene_filter:{id:{value:2,modifier:GREATER_THAN}}){count scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"count":3,"scenes":[{"id":"3"},{"id":"4"}]}}}`},
		"lean keyset":     {`{findScenes(filter:{per_page:2,sort:"id"},scene_filter:{id:{value:2,modifier:GREATER_THAN}}){scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"scenes":[{"id":"3"},{"id":"4"}]}}}`},
		"keyset page two": {`{findScenes(filter:{per_page:2,page:2,sort:"id"},scene_filter:{id:{value:2,modifier:GREATER_THAN}}){scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"scenes":[{"id":"5"}]}}}`},
		"all":             {`{findScenes(filter:{per_page:-1,sort:"id"}){scenes{id}}}`, nil, 200, `{"data":{"findScenes":{"scenes":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"}]}}}`},
		"typename, skip, fragments": {`query($no:Boolean!){findScene(id:3){__typename id @skip(if:$no) ...F ... on Scene{urls}}} fragment F on Scene{stash_ids{endpoint}}`,
			map[string]any{"no": true}, 200, `{"data":{"findScene":{"__typename":"Scene","stash_ids":[],"urls":[]}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := gql(t, w, c.query, c.variables)
			equal(t, "status", got.status, c.status)
			equal(t, "body", strings.TrimSpace(got.body), c.body)
			equal(t, "type", got.header.Get("Content-Type"), "application/json")
		})
	}
}

func TestEmptyIDsReturnTheFirst25OfAll(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 40})
	for _, ids := range []any{[]string{}, nil} {
		got := decode(t, gql(t, w, `query($ids:[ID!]){findScenes(ids:$ids){count scenes{id}}}`, map[string]any{"ids": ids}))
		equal(t, "count", at(t, got, "data", "findScenes", "count"), any(40.0))
		equal(t, "scenes", len(at(t, got, "data", "findScenes", "scenes").([]any)), 25)
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	url := w.Stash.URL() + "/graphql"
	json := map[string]string{"Content-Type": "application/json"}
	equal(t, "batch array", send(t, "POST", url, json, `[{"query":"{version{version}}"}]`).status, 400)
	equal(t, "no JSON", send(t, "POST", url, nil, `{"query":"{version{version}}"}`).status, 400)
	equal(t, "PUT", send(t, "PUT", url, json, `{}`).status, 400)
	equal(t, "GET query", send(t, "GET", url+"?query=%7Bversion%7Bversion%7D%7D", nil, "").status, 200)
	equal(t, "GET mutation", send(t, "GET", url+"?query=mutation%7BsceneDestroy%28input%3A%7Bid%3A1%7D%29%7D", nil, "").status, 406)
	page := send(t, "GET", w.Stash.URL()+"/nowhere/graphql", nil, "")
	equal(t, "unknown path", page.status, 200)
	equal(t, "its type", page.header.Get("Content-Type"), "text/html")
	equal(t, "healthz", send(t, "GET", w.Stash.URL()+"/healthz", nil, "").body, ".")
}

func TestStatesFailWithNilPointersAndStatus200(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	w.Stash.SetState(sim.StashNeedsMigration)
	const words = `{"errors":[{"message":"Internal system error. Error \u003cruntime error: invalid memory address or nil pointer dereference\u003e","path":["%s"]}],"data":%s}`
	equal(t, "list", gql(t, w, `{findScenes{count}}`, nil).body, fmt.Sprintf(words, "findScenes", "null"))
	equal(t, "one", gql(t, w, `{findScene(id:1){id}}`, nil).body, fmt.Sprintf(words, "findScene", `{"findScene":null}`))
	equal(t, "mixed", gql(t, w, `{systemStatus{status} findScenes{count}}`, nil).body, fmt.Sprintf(words, "findScenes", "null"))
	equal(t, "status", gql(t, w, `{systemStatus{status databaseSchema}}`, nil).body, `{"data":{"systemStatus":{"status":"NEEDS_MIGRATION","databaseSchema":74}}}`)
	equal(t, "screenshot", send(t, "GET", w.Stash.URL()+"/scene/1/screenshot", nil, "").status, 500)
}

func TestStampsCompareAsTextInTheServersZone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -5*3600)
	w := start(t, sim.Options{Scenes: 1})
	if err := w.Stash.Restamp(1, time.Date(2026, 11, 23, 11, 1, 30, 0, zone)); err != nil {
		t.Fatal(err)
	}
	for value, found := range map[string]bool{
		"2026-11-23T11:01:29-05:00": true, "2026-11-23T11:01:30-05:00": false, "2026-11-23T11:01:30": true,
		"2026-11-23T16:01:29Z": false, "2026-11-23": true, "": true, "now": false,
	} {
		got := decode(t, gql(t, w, `query($v:String!){findScenes(scene_filter:{updated_at:{value:$v,modifier:GREATER_THAN}}){count}}`, map[string]any{"v": value}))
		equal(t, value, at(t, got, "data", "findScenes", "count") == 1.0, found)
	}
}

func TestRelatedFiltersWorkAloneAndLoseResultsInOR(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 3, Scenes: 3})
	tag, person := w.Stash.TagID("Only here"), w.Stash.PerformerID("Only There", "")
	_ = w.Stash.Edit(1, func(sc *sim.Scene) { sc.TagIDs = []int{tag} })
	_ = w.Stash.Edit(2, func(sc *sim.Scene) { sc.PerformerIDs = []int{person} })
	byTag := `tags_filter:{name:{value:"Only here",modifier:EQUALS}}`
	byPerson := `performers_filter:{name:{value:"only there",modifier:EQUALS}}`
	for filter, want := range map[string][]string{
		byTag:                            {"1"},
		byPerson:                         {"2"},
		byTag + `,OR:{` + byPerson + `}`: {"2"},
		`groups_filter:{updated_at:{value:"9",modifier:GREATER_THAN}}`:                                                             {"1", "2", "3"},
		fmt.Sprintf(`tags:{value:["%d"],modifier:INCLUDES,depth:0},OR:{performers:{value:["%d"],modifier:INCLUDES}}`, tag, person): {"1", "2"},
	} {
		got := decode(t, gql(t, w, `{findScenes(filter:{sort:"id"},scene_filter:{`+filter+`}){scenes{id}}}`, nil))
		equal(t, filter, texts(t, at(t, got, "data", "findScenes", "scenes"), "id"), want)
	}
}

func TestPathFilterIgnoresLetterCaseAndSeesEveryFile(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	if _, err := w.Stash.AddFile(1, "/data/nature/Second Copy.mkv"); err != nil {
		t.Fatal(err)
	}
	got := gql(t, w, `{findScenes(scene_filter:{path:{value:"/DATA/nature/second copy.MKV",modifier:EQUALS}}){count}}`, nil)
	equal(t, "body", got.body, `{"data":{"findScenes":{"count":1}}}`)
}

func TestInvalidUTF8AndControlCharactersComeThrough(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	sc, _ := w.Stash.Scene(1)
	if err := w.Stash.MoveFile(sc.Files[0].ID, "/data/nature/bad\xff\xfeutf8.mkv"); err != nil {
		t.Fatal(err)
	}
	_ = w.Stash.Edit(1, func(sc *sim.Scene) { sc.Title = " ctl \t \u0001 \u001b[31m \x7f\n\"\\ " })
	got := gql(t, w, `{findScene(id:1){title files{basename}}}`, nil)
	equal(t, "body", got.body, `{"data":{"findScene":{"title":"ctl \t \u0001 \u001b[31m `+"\x7f"+`\n\"\\","files":[{"basename":"bad`+"\xff\xfe"+`utf8.mkv"}]}}}`)
}
