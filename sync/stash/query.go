package stash

import (
	"fmt"
	"strings"
	"sync"
)

// Every field asked for exists since Stash 0.20, so one text fits all supported
// versions; the newest ones a sync could want (groups, file filters) are not needed.
// Never asked for: paths (paths.stream carries the API key), latestversion (makes Stash
// call GitHub), count on pages (40 ms each), aliases and pictures of names.
const sceneFields = `fragment F on Scene {
  id title details date rating100 organized created_at updated_at
  files { id path size updated_at }
  studio { id name parent_studio { id name } }
  performers { id name disambiguation }
  tags { id name }
}`

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
	findQuery = `query Find($filter: FindFilterType, $scenes: SceneFilterType) {
  findScenes(filter: $filter, scene_filter: $scenes) { scenes { ...F } }
}
` + sceneFields

	namesQuery = `query Names {
  findTags(filter: {per_page: -1}) { tags { id name } }
  findPerformers(filter: {per_page: -1}) { performers { id name disambiguation } }
  findStudios(filter: {per_page: -1}) { studios { id name } }
}`
	// pluginQuery asks for the settings of one plugin: those of others are none of our business
	// and may be secrets.
	pluginQuery = `query Plugin($id: ID!) {
  configuration { plugins(include: [$id]) }
  plugins { id enabled }
}`
	jobsQuery = `subscription Jobs { jobsSubscribe { type } }`
)

// batchQuery asks for up to batch scenes by id, each under its own alias, so that one
// missing scene does not fail the others. The number of variables is fixed (an unused
// one is null and yields null): Stash caches parsed queries by their text.
var batchQuery = sync.OnceValue(func() string {
	var vars, body strings.Builder
	for i := range batch {
		fmt.Fprintf(&vars, "$i%d: ID ", i)
		fmt.Fprintf(&body, "  s%d: findScene(id: $i%d) { ...F }\n", i, i)
	}
	return "query Scenes(" + strings.TrimSpace(vars.String()) + ") {\n" + body.String() + "}\n" + sceneFields
})
