package sim_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

// fullScene is the query of a whole scene as the facts give it.
const fullScene = `query FindScenes($filter: FindFilterType, $scene_filter: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scene_filter) { count scenes { ...S } } }
fragment S on Scene {
  id title code details director date rating100 organized o_counter interactive urls created_at updated_at
  files { id path basename size mod_time created_at updated_at duration width height video_codec audio_codec frame_rate bit_rate format
    fingerprints { type value } parent_folder { id path } }
  paths { screenshot }
  studio { id name updated_at parent_studio { id name } }
  performers { id name disambiguation gender updated_at image_path }
  tags { id name sort_name aliases updated_at }
  groups { scene_index group { id name } }
  stash_ids { endpoint stash_id updated_at }
  scene_markers { id title seconds } }`

func TestWholeSceneHasEveryField(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	_ = w.Stash.Edit(1, func(sc *sim.Scene) {
		sc.Title, sc.StudioID, sc.PerformerIDs, sc.TagIDs = "T", 2, []int{2}, []int{3}
		sc.Groups = []sim.GroupLink{{Name: "Series", Index: 4}}
		sc.StashIDs = []sim.StashID{{Endpoint: "https://stashdb.example/graphql", ID: "0f6f"}}
		sc.Rating100, sc.Date, sc.URLs = 0, "", []string{"https://example.com"}
	})
	got := at(t, decode(t, gql(t, w, fullScene, map[string]any{"filter": map[string]any{"per_page": 250}})), "data", "findScenes", "scenes", 0)
	for path, want := range map[string]any{
		"title": "T", "date": nil, "rating100": nil, "studio.name": "Northlight Rails", "studio.parent_studio.name": "Northlight",
		"performers.0.disambiguation": "the geologist", "performers.0.gender": nil, "tags.0.name": w.Stash.Names("tag", 3)[0],
		"groups.0.scene_index": 4.0, "groups.0.group.name": "Series", "stash_ids.0.stash_id": "0f6f", "urls.0": "https://example.com",
		"files.0.fingerprints.0.type": "oshash", "files.0.width": 1920.0,
	} {
		steps := []any{}
		for step := range strings.SplitSeq(path, ".") {
			if step == "0" {
				steps = append(steps, 0)
				continue
			}
			steps = append(steps, step)
		}
		if list, last := at(t, got, steps[:len(steps)-1]...), steps[len(steps)-1]; last == 0 {
			equal(t, path, at(t, list, 0), want)
			continue
		}
		equal(t, path, at(t, got, steps...), want)
	}
	sc, _ := w.Stash.Scene(1)
	equal(t, "screenshot", at(t, got, "paths", "screenshot"), any(fmt.Sprintf("%s/scene/1/screenshot?t=%d", w.Stash.URL(), sc.UpdatedAt.Unix())))
}

func TestSceneFilters(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 3})
	_ = w.Stash.Edit(1, func(sc *sim.Scene) {
		*sc = sim.Scene{Title: "Fog", Date: "2020-01-01", Details: "grey", TagIDs: []int{1, 2}, PerformerIDs: []int{1}, StudioID: 2, Rating100: 80, Organized: true}
	})
	_ = w.Stash.Edit(2, func(sc *sim.Scene) {
		*sc = sim.Scene{Title: "Rain", Date: "2021", Details: "wet", TagIDs: []int{2, 3}, PerformerIDs: []int{2}, StudioID: 1}
	})
	_ = w.Stash.Edit(3, func(sc *sim.Scene) { *sc = sim.Scene{} })
	_ = w.Stash.SetCover(2, nil)
	for i := range 3 {
		_ = w.Stash.Restamp(i+1, time.Date(2026, 2, i+1, 0, 0, 0, 0, time.UTC))
	}
	for filter, want := range map[string]string{
		`title:{value:"o",modifier:INCLUDES}`:                                     "1",
		`title:{value:"%A_N",modifier:EQUALS}`:                                    "2",
		`title:{value:"%a",modifier:EQUALS}`:                                      "",
		`title:{value:"fog",modifier:NOT_EQUALS}`:                                 "2 3",
		`title:{value:"^R",modifier:MATCHES_REGEX}`:                               "2",
		`title:{value:"^R",modifier:NOT_MATCHES_REGEX}`:                           "1 3",
		`title:{value:"",modifier:IS_NULL}`:                                       "3",
		`title:{value:"",modifier:NOT_NULL}`:                                      "1 2",
		`details:{value:"wet",modifier:EXCLUDES}`:                                 "1 3",
		`date:{value:"2020-06",modifier:GREATER_THAN}`:                            "2",
		`rating100:{value:50,modifier:GREATER_THAN}`:                              "1",
		`rating100:{value:0,modifier:IS_NULL}`:                                    "2 3",
		`organized:true`:                                                          "1",
		`id:{value:2,value2:3,modifier:BETWEEN}`:                                  "2 3",
		`id:{value:2,value2:3,modifier:NOT_BETWEEN}`:                              "1",
		`id:{value:2,modifier:LESS_THAN}`:                                         "1",
		`id:{value:2,modifier:NOT_EQUALS}`:                                        "1 3",
		`file_count:{value:1,modifier:EQUALS}`:                                    "1 2 3",
		`tag_count:{value:0,modifier:NOT_NULL}`:                                   "1 2",
		`is_missing:"cover"`:                                                      "2",
		`is_missing:"title"`:                                                      "3",
		`is_missing:"date"`:                                                       "3",
		`is_missing:"studio"`:                                                     "3",
		`is_missing:"tags"`:                                                       "3",
		`tags:{value:[1,3],modifier:INCLUDES}`:                                    "1 2",
		`tags:{value:[1,2],modifier:INCLUDES_ALL}`:                                "1",
		`tags:{value:[1],modifier:EXCLUDES}`:                                      "2 3",
		`tags:{value:[2],modifier:INCLUDES,excludes:[1]}`:                         "2",
		`tags:{value:[],modifier:IS_NULL}`:                                        "3",
		`performers:{value:[2],modifier:INCLUDES}`:                                "2",
		`studios:{value:[1],modifier:INCLUDES,depth:0}`:                           "2",
		`studios:{value:[1],modifier:INCLUDES,depth:-1}`:                          "1 2",
		`updated_at:{value:"2026-02-01T00:00:00Z",modifier:EQUALS}`:               "1",
		`updated_at:{value:"2026-02-02",modifier:LESS_THAN}`:                      "1",
		`updated_at:{value:"2026-02-02",value2:"2026-02-03",modifier:BETWEEN}`:    "2",
		`studios_filter:{name:{value:"northlight",modifier:EQUALS}}`:              "2",
		`files_filter:{path:{value:"/data/",modifier:INCLUDES}}`:                  "1 2 3",
		`NOT:{title:{value:"Fog",modifier:EQUALS}}`:                               "2 3",
		`tags:{value:[2],modifier:INCLUDES},AND:{is_missing:"cover"}`:             "2",
		`title:{value:"Fog",modifier:EQUALS},OR:{is_missing:"title"}`:             "1 3",
		`tags_filter:{updated_at:{value:"2030",modifier:GREATER_THAN}}`:           "",
		`performers_filter:{name:{value:"Mara Lindqvist",modifier:EQUALS}}`:       "1 2",
		`created_at:{value:"2026-01-05T08:00:00Z",modifier:GREATER_THAN}`:         "2 3",
		`path:{value:"nowhere",modifier:INCLUDES}`:                                "",
		`studios:{value:[1],modifier:INCLUDES},title:{value:"x",modifier:EQUALS}`: "",
	} {
		got := decode(t, gql(t, w, `{findScenes(filter:{sort:"id"},scene_filter:{`+filter+`}){scenes{id}}}`, nil))
		equal(t, filter, strings.Join(texts(t, at(t, got, "data", "findScenes", "scenes"), "id"), " "), want)
	}
	got := decode(t, gql(t, w, `{findScenes(filter:{q:"wet",sort:"updated_at",direction:DESC}){scenes{id}}}`, nil))
	equal(t, "search", texts(t, at(t, got, "data", "findScenes", "scenes"), "id"), []string{"2"})
	got = decode(t, gql(t, w, `{findScenes(filter:{per_page:1,sort:"updated_at",direction:DESC}){count scenes{id}}}`, nil))
	equal(t, "newest", texts(t, at(t, got, "data", "findScenes", "scenes"), "id"), []string{"3"})
}

func TestNameListsAndFiles(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 30})
	for query, want := range map[string]string{
		`{findTags(filter:{per_page:-1,sort:"id"}){count}}`:                                            `{"data":{"findTags":{"count":30}}}`,
		`{findTags(ids:[2,1]){tags{id}}}`:                                                              `{"data":{"findTags":{"tags":[{"id":"2"},{"id":"1"}]}}}`,
		`{findTags(filter:{sort:"bogus"}){count}}`:                                                     `{"errors":[{"message":"invalid sort: bogus","path":["findTags"]}],"data":null}`,
		`{findTag(id:99){id}}`:                                                                         `{"data":{"findTag":null}}`,
		`{findTags(filter:{q:"FOG"}){tags{name aliases parents{id}}}}`:                                 `{"data":{"findTags":{"tags":[{"name":"Fog, light","aliases":[],"parents":[]}]}}}`,
		`{findStudios(filter:{per_page:1,sort:"id",page:2}){studios{name parent_studio{name} urls}}}`:  `{"data":{"findStudios":{"studios":[{"name":"Northlight Rails","parent_studio":{"name":"Northlight"},"urls":[]}]}}}`,
		`{findPerformers(filter:{per_page:2,q:"Mara L"}){performers{name disambiguation alias_list}}}`: `{"data":{"findPerformers":{"performers":[{"name":"Mara Lindqvist","disambiguation":"the geologist","alias_list":[]},{"name":"Mara Lindqvist","disambiguation":"","alias_list":[]}]}}}`,
		`{findFiles(filter:{per_page:1},file_filter:{path:{value:"00002",modifier:INCLUDES}}){count files{id ... on VideoFile{width}}}}`:               `{"data":{"findFiles":{"count":1,"files":[{"id":"2","width":1920}]}}}`,
		`{findPerformers(performer_filter:{updated_at:{value:"2026-01-05T08:00:00Z",modifier:GREATER_THAN}}){count}}`:                                  `{"data":{"findPerformers":{"count":0}}}`,
		`{stats{scene_count tag_count performer_count studio_count} configuration{general{stashes{path excludeVideo} apiKey} plugins(include:["x"])}}`: `{"data":{"stats":{"scene_count":30,"tag_count":30,"performer_count":41,"studio_count":40},"configuration":{"general":{"stashes":[{"path":"/data/nature","excludeVideo":false}],"apiKey":""},"plugins":{}}}}`,
	} {
		equal(t, query, gql(t, w, query, nil).body, want)
	}
	w.Stash.SetRoots("/a", "/b")
	equal(t, "roots", gql(t, w, `{configuration{general{stashes{path}}}}`, nil).body, `{"data":{"configuration":{"general":{"stashes":[{"path":"/a"},{"path":"/b"}]}}}}`)
	sc, _ := w.Stash.Scene(1)
	got := gql(t, w, fmt.Sprintf(`{findTag(id:%d){scene_count}}`, sc.TagIDs[0]), nil).body
	equal(t, "counted", strings.Contains(got, `"scene_count":0`), false)
}

func TestZoneChangeSortsNewEditsAsOlder(t *testing.T) {
	t.Parallel()
	c := &clock{time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)}
	w := start(t, sim.Options{Scenes: 2, Now: c.now})
	_ = w.Stash.NoopSave(1)
	w.Stash.SetZone(time.FixedZone("", -5*3600))
	c.at = c.at.Add(time.Hour)
	_ = w.Stash.NoopSave(2)
	got := gql(t, w, `{findScenes(filter:{per_page:1,sort:"updated_at",direction:DESC}){scenes{id updated_at}}}`, nil)
	equal(t, "newest by text", got.body, `{"data":{"findScenes":{"scenes":[{"id":"1","updated_at":"2026-11-23T16:00:00Z"}]}}}`)
	equal(t, "really newest", gql(t, w, `{findScene(id:2){updated_at}}`, nil).body, `{"data":{"findScene":{"updated_at":"2026-11-23T12:00:00-05:00"}}}`)
}

func TestMoreMutations(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1, ScanTime: time.Millisecond})
	cover := "data:image/png;base64," + base64.StdEncoding.EncodeToString(sim.DrawCover(8))
	for query, want := range map[string]string{
		`mutation{sceneUpdate(input:{id:1,cover_image:"` + cover + `",organized:false,rating100:null,performer_ids:[1]}){organized rating100 performers{id}}}`: `{"data":{"sceneUpdate":{"organized":false,"rating100":null,"performers":[{"id":"1"}]}}}`,
		`mutation{tagsMerge(input:{source:[2],destination:1}){id}}`:                       `{"data":{"tagsMerge":{"id":"1"}}}`,
		`mutation{tagDestroy(input:{id:3})}`:                                              `{"data":{"tagDestroy":true}}`,
		`mutation{tagDestroy(input:{id:99})}`:                                             `{"errors":[{"message":"id 99 does not exist in tags","path":["tagDestroy"]}],"data":null}`,
		`mutation{performerUpdate(input:{id:1,name:"N",disambiguation:"d"}){name}}`:       `{"data":{"performerUpdate":{"name":"N"}}}`,
		`mutation{studioUpdate(input:{id:2,parent_id:6,name:"P"}){parent_studio{id}}}`:    `{"data":{"studioUpdate":{"parent_studio":{"id":"6"}}}}`,
		`mutation{performerUpdate(input:{id:99,name:"N"}){name}}`:                         `{"errors":[{"message":"performer with id 99 not found","path":["performerUpdate"]}],"data":{"performerUpdate":null}}`,
		`mutation{metadataScan(input:{})}`:                                                `{"data":{"metadataScan":"1"}}`,
		`mutation{sceneUpdate(input:{id:1,cover_image:"not a data url"}){id}}`:            `{"errors":[{"message":"cover image must be base64 encoded data url","path":["sceneUpdate"]}],"data":{"sceneUpdate":null}}`,
		`mutation{sceneUpdate(input:{id:1,cover_image:"data:image/png;base64,!!!"}){id}}`: `{"errors":[{"message":"decode the cover image: illegal base64 data at input byte 0","path":["sceneUpdate"]}],"data":{"sceneUpdate":null}}`,
	} {
		equal(t, query, gql(t, w, query, nil).body, want)
	}
	equal(t, "cover", string(w.Stash.Cover(1)), string(sim.DrawCover(8)))
}
