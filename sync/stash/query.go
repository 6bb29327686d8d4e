package stash

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"lockstep/sync/scene"
)

// sceneFields are what every sync needs of a scene. Every field asked for, here and in the parts,
// exists since Stash 0.22, groups excepted. Never asked for: paths (paths.stream carries the API
// key), latestversion (makes Stash call GitHub), count on pages (40 ms each).
const sceneFields = `fragment F on Scene {
  id title details date rating100 organized created_at updated_at
  files { id path size updated_at }
  studio { id name }
  performers { id name disambiguation }
  tags { id name }
}`

// partFields are what a part adds to the question for scenes, and to that for names if it can
// change there. The studios and tags above are asked for eight levels up: a query cannot ask for
// all, and nobody was seen to nest deeper.
var partFields = []struct {
	part         scene.Parts
	name         string
	scene, names string
}{
	{scene.PartCode, "Code", "fragment Code on Scene { code }", ""},
	{scene.PartDirector, "Director", "fragment Director on Scene { director }", ""},
	{scene.PartURLs, "Urls", "fragment Urls on Scene { urls }", ""},
	{scene.PartStashIDs, "StashIds", "fragment StashIds on Scene { stash_ids { endpoint stash_id } }", ""},
	{scene.PartVideo, "Video", "fragment Video on Scene { files { width height duration } }", ""},
	{scene.PartParents, "Parents", "fragment Parents on Scene { studio { parent_studio { id name parent_studio { id name parent_studio { id name parent_studio { id name parent_studio { id name parent_studio { id name parent_studio { id name parent_studio { id name } } } } } } } } } }",
		"fragment Parents on Query { findStudios(filter: {per_page: -1}) { studios { parent_studio { id } } } }"},
	{scene.PartAliases, "Aliases", "fragment Aliases on Scene { tags { aliases } }",
		"fragment Aliases on Query { findTags(filter: {per_page: -1}) { tags { aliases } } }"},
	{scene.PartTagTree, "TagTree", "fragment TagTree on Scene { tags { parents { id name parents { id name parents { id name parents { id name parents { id name parents { id name parents { id name parents { id name } } } } } } } } } }",
		"fragment TagTree on Query { findTags(filter: {per_page: -1}) { tags { parents { id } } } }"},
	{scene.PartGender, "Gender", "fragment Gender on Scene { performers { gender } }",
		"fragment Gender on Query { findPerformers(filter: {per_page: -1}) { performers { gender } } }"},
	{scene.PartCountry, "Country", "fragment Country on Scene { performers { country } }",
		"fragment Country on Query { findPerformers(filter: {per_page: -1}) { performers { country } } }"},
	{scene.PartPerformerTags, "PerformerTags", "fragment PerformerTags on Scene { performers { tags { id name } } }",
		"fragment PerformerTags on Query { findPerformers(filter: {per_page: -1}) { performers { tags { id } } } }"},
	{scene.PartPictures, "Pictures", "fragment Pictures on Scene { performers { image_path } }",
		"fragment Pictures on Query { findPerformers(filter: {per_page: -1}) { performers { image_path } } }"},
	{scene.PartGroups, "Groups", "fragment Groups on Scene { groups { scene_index group { id name } } }",
		"fragment Groups on Query { findGroups(filter: {per_page: -1}) { groups { id name } } }"},
	{scene.PartGalleries, "Galleries", "fragment Galleries on Scene { galleries { id updated_at } }",
		"fragment Galleries on Query { findGalleries(filter: {per_page: -1}) { galleries { id updated_at } } }"},
}

// What is asked for in place of groups before Stash 0.27, which knew them as movies.
const (
	movieFields = "fragment Groups on Scene { groups: movies { scene_index group: movie { id name } } }"
	movieNames  = "fragment Groups on Query { findGroups: findMovies(filter: {per_page: -1}) { groups: movies { id name } } }"
)

// shape is what is asked for beside what every sync needs.
type shape struct {
	parts  scene.Parts
	movies bool // in place of groups
	// without are lists of names that are not asked for.
	without []string
}

// lists reports that a list of names may be asked for.
func (s shape) lists(list string) bool { return !slices.Contains(s.without, list) }

// asks reports that the text of a question is about none of the lists that are left out.
func (s shape) asks(text string) bool {
	return !slices.ContainsFunc(s.without, func(list string) bool { return strings.Contains(text, list) })
}

// scenes is the fragment F with all that is asked of a scene, and those it is made of.
func (s shape) scenes() string {
	spread, fragments := "", ""
	for _, p := range partFields {
		if !s.parts.Has(p.part) {
			continue
		}
		if p.part == scene.PartGroups && s.movies {
			p.scene = movieFields
		}
		spread, fragments = spread+"  ..."+p.name+"\n", fragments+"\n"+p.scene
	}
	return strings.TrimSuffix(sceneFields, "}") + spread + "}" + fragments
}

const (
	versionQuery = `query Version { version { version } }`
	// stateQuery is answered even before setup and migration; joined with any other
	// question it would not be.
	stateQuery  = `query State { systemStatus { status } version { version } }`
	countQuery  = `query Count { findScenes(filter: {per_page: 0}) { count } }`
	newestQuery = "query Newest { " + newestScenes + " }"
	// newestScenes is the part of a probe that is about scenes.
	newestScenes = `findScenes(filter: {per_page: 25, sort: "updated_at", direction: DESC}) { count scenes { id updated_at created_at } }`
	lastQuery    = `query Last { findScenes(filter: {per_page: 1, sort: "id", direction: DESC}) { scenes { id } } }`

	stampQuery = `query Stamps($filter: FindFilterType, $scenes: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scenes) { scenes { id updated_at created_at } }
}`
	fileQuery = `query Files($filter: FindFilterType, $scenes: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scenes) { scenes { id updated_at files { id path updated_at } } }
}`
	videoQuery = `query Files($filter: FindFilterType, $scenes: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scenes) { scenes { id updated_at files { id path updated_at width height duration } } }
}`
	findQuery = `query Find($filter: FindFilterType, $scenes: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scenes) { scenes { ...F } }
}
` + sceneFields
	// pluginQuery asks for the settings of one plugin: those of others are none of our business
	// and may be secrets.
	pluginQuery = `query Plugin($id: ID!) {
  configuration { plugins(include: [$id]) }
  plugins { id enabled }
}`
	// Adding a play twice makes two plays, so each of these is sent once.
	addPlaysQuery = `mutation AddPlays($id: ID!, $times: [Timestamp!]) {
  sceneAddPlay(id: $id, times: $times) { history }
}`
	deletePlaysQuery = `mutation DeletePlays($id: ID!, $times: [Timestamp!]) {
  sceneDeletePlay(id: $id, times: $times) { history }
}`
	saveActivityQuery = `mutation SaveActivity($id: ID!, $resume: Float, $watched: Float) {
  sceneSaveActivity(id: $id, resume_time: $resume, playDuration: $watched)
}`
	rateQuery = `mutation Rate($id: ID!, $rating: Int) {
  sceneUpdate(input: {id: $id, rating100: $rating}) { rating100 }
}`
	jobsQuery = `subscription Jobs { jobsSubscribe { type } }`
)

// batchQuery asks for up to batch scenes by id, each under its own alias, so that one
// missing scene does not fail the others. The number of variables is fixed (an unused
// one is null and yields null): Stash caches parsed queries by their text.
func batchQuery(s shape) string { return batchOf("Scenes", "...F", s.scenes()) }

// playedQuery asks in the same way for scenes with their plays, which Stash has since 0.26.
var playedQuery = sync.OnceValue(func() string {
	return batchOf("Played", "...F play_history resume_time play_duration", sceneFields)
})

func batchOf(name, fields, fragments string) string {
	var vars, body strings.Builder
	for i := range batch {
		fmt.Fprintf(&vars, "$i%d: ID ", i)
		fmt.Fprintf(&body, "  s%d: findScene(id: $i%d) { %s }\n", i, i, fields)
	}
	return "query " + name + "(" + strings.TrimSpace(vars.String()) + ") {\n" + body.String() + "}\n" + fragments
}

// namesQuery asks for all names, and for whatever of them is among the parts.
func namesQuery(s shape) string {
	spread, fragments := "", ""
	for _, p := range partFields {
		if !s.parts.Has(p.part) || p.names == "" || !s.asks(p.names) {
			continue
		}
		if p.part == scene.PartGroups && s.movies {
			p.names = movieNames
		}
		spread, fragments = spread+"  ..."+p.name+"\n", fragments+"\n"+p.names
	}
	lines := "query Names {\n"
	for _, line := range []string{
		"findTags(filter: {per_page: -1}) { tags { id name } }",
		"findPerformers(filter: {per_page: -1}) { performers { id name disambiguation } }",
		"findStudios(filter: {per_page: -1}) { studios { id name } }",
	} {
		if s.asks(line) {
			lines += "  " + line + "\n"
		}
	}
	return lines + spread + "}" + fragments
}
