package sim_test

import (
	"strings"
	"testing"

	"lockstep/sync/sim"
)

// TestEditsAreRefusedAsByTheRealServer has the words of a real Stash 0.30.
func TestEditsAreRefusedAsByTheRealServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ mutation, field, message string }{
		"unknown tag": {`sceneUpdate(input:{id:1,title:"no",tag_ids:["999"]}){id}`, "sceneUpdate",
			"error executing `INSERT INTO scenes_tags (scene_id, tag_id) VALUES (?, ?) ON CONFLICT (scene_id, tag_id) DO NOTHING` [[1 999]]: FOREIGN KEY constraint failed"},
		"unknown performer": {`sceneUpdate(input:{id:1,title:"no",performer_ids:["999"]}){id}`, "sceneUpdate",
			"error executing `INSERT INTO performers_scenes (scene_id, performer_id) VALUES (?, ?) ON CONFLICT (scene_id, performer_id) DO NOTHING` [[1 999]]: FOREIGN KEY constraint failed"},
		"unknown studio":        {`sceneUpdate(input:{id:1,title:"no",studio_id:"999"}){id}`, "sceneUpdate", "FOREIGN KEY constraint failed"},
		"no number":             {`sceneUpdate(input:{id:"abc",title:"no"}){id}`, "sceneUpdate", `converting id: strconv.Atoi: parsing "abc": invalid syntax`},
		"month 13":              {`sceneUpdate(input:{id:1,title:"no",date:"2022-13-45"}){id}`, "sceneUpdate", `converting date: failed to parse date "2022-13-45"`},
		"no date":               {`sceneUpdate(input:{id:1,title:"no",date:"garbage"}){id}`, "sceneUpdate", `converting date: failed to parse date "garbage"`},
		"tag name taken":        {`tagUpdate(input:{id:1,name:"railway"}){id}`, "tagUpdate", "tag with name 'railway' already exists"},
		"tag name like another": {`tagUpdate(input:{id:1,name:"100%"}){id}`, "tagUpdate", "tag with name '100%' already exists"},
		"tag name blank":        {`tagUpdate(input:{id:1,name:""}){id}`, "tagUpdate", "tag name must not be blank"},
		"merge of a gone tag":   {`tagsMerge(input:{source:["99"],destination:"5"}){id}`, "tagsMerge", "id 99 does not exist in tags"},
		"merge with itself":     {`tagsMerge(input:{source:["5"],destination:"5"}){id}`, "tagsMerge", "cannot merge where source == destination"},
		"gone tag destroyed":    {`tagDestroy(input:{id:"99"})`, "tagDestroy", "id 99 does not exist in tags"},
		"performer taken":       {`performerUpdate(input:{id:3,name:"Mara Lindqvist"}){id}`, "performerUpdate", "performer with name 'Mara Lindqvist' already exists"},
		"studio below itself":   {`studioUpdate(input:{id:1,parent_id:2}){id}`, "studioUpdate", "studio cannot be an ancestor of itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, sim.Options{Seed: 1, Scenes: 1})
			before, _ := w.Stash.Scene(1)
			got := decode(t, gql(t, w, "mutation{"+c.mutation+"}", nil))
			message := at(t, got, "errors", 0, "message").(string)
			if !strings.Contains(message, c.message) {
				t.Errorf("refused with %q, want %q", message, c.message)
			}
			equal(t, "path", at(t, got, "errors", 0, "path", 0), any(c.field))
			after, _ := w.Stash.Scene(1)
			equal(t, "scene", after, before)
		})
	}
}

func TestTextsLoseSurroundingSpace(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 1})
	got := decode(t, gql(t, w, `mutation{sceneUpdate(input:{id:1,title:" a ",details:"  b \n",code:" c ",director:" d "}){title details code director}}`, nil))
	equal(t, "scene", at(t, got, "data", "sceneUpdate"), any(map[string]any{"title": "a", "details": "b", "code": "c", "director": "d"}))
	got = decode(t, gql(t, w, `mutation{tagUpdate(input:{id:1,name:" Deep night "}){name}}`, nil))
	equal(t, "tag", at(t, got, "data", "tagUpdate", "name"), any("Deep night"))
}

// TestRelatedOrder: tags come by name, performers by id, whatever order they were given in.
func TestRelatedOrder(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 1})
	got := decode(t, gql(t, w, `mutation{sceneUpdate(input:{id:1,tag_ids:["9","2","1","9"],performer_ids:["3","2","1"]}){tags{name} performers{id}}}`, nil))
	equal(t, "tags", texts(t, at(t, got, "data", "sceneUpdate", "tags"), "name"), []string{"Night", "Rain", "Sea"})
	equal(t, "performers", texts(t, at(t, got, "data", "sceneUpdate", "performers"), "id"), []string{"1", "2", "3"})
	if err := w.Stash.RenameTag(9, "Ahead of all"); err != nil {
		t.Fatal(err)
	}
	got = decode(t, gql(t, w, `{findScene(id:1){tags{name}}}`, nil))
	equal(t, "after a rename", texts(t, at(t, got, "data", "findScene", "tags"), "name"), []string{"Ahead of all", "Night", "Rain"})
}

func TestSearchTakesWordsPhrasesAndExclusions(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	w.Stash.AddScene(sim.Scene{Title: "Harbour at dawn"}, "/data/nature/a.mkv")
	w.Stash.AddScene(sim.Scene{Title: "Dawn", Details: "the harbour"}, "/data/nature/b.mkv")
	w.Stash.AddScene(sim.Scene{Title: "At sea"}, "/data/nature/c.mkv")
	for q, want := range map[string][]string{
		"dawn harbour": {"1", "2"}, `"at dawn"`: {"1"}, "dawn -details": {"1", "2"}, "dawn -the": {"1"}, `""`: {"1", "2", "3"}, "zzz": nil,
	} {
		got := decode(t, gql(t, w, `query($q:String){findScenes(filter:{q:$q,sort:"id"}){scenes{id}}}`, map[string]any{"q": q}))
		equal(t, q, texts(t, at(t, got, "data", "findScenes", "scenes"), "id"), want)
	}
}

// TestPathCaseIsIgnoredForASCIIOnly, as by SQLite's LIKE.
func TestPathCaseIsIgnoredForASCIIOnly(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	w.Stash.AddScene(sim.Scene{}, "/data/nature/Möwen.mkv")
	for path, want := range map[string]float64{"/data/NATURE/möwen.MKV": 1, "/data/nature/MÖWEN.mkv": 0} {
		got := decode(t, gql(t, w, `query($p:String!){findScenes(scene_filter:{path:{value:$p,modifier:EQUALS}}){count}}`, map[string]any{"p": path}))
		equal(t, path, at(t, got, "data", "findScenes", "count"), any(want))
	}
}
