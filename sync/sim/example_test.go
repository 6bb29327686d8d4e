package sim_test

import (
	"fmt"
	"net/http"

	"lockstep/sync/sim"
)

// A world whose Plex goes away, comes back, and is compared with its Stash.
func Example() {
	w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 100, Dirt: sim.Dirt{Raw: 3, Missing: 2}})
	if err := w.Start(); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = w.Close() }()

	back := w.Plex.Inject(sim.Fault{Effect: sim.Refuse})
	_, err := http.Get(w.Plex.URL() + "/identity")
	fmt.Println("refused:", err != nil)
	back()

	_ = w.Stash.RenameTag(w.Stash.TagID("Birds"), "Sea birds")
	fmt.Println("to skip:", len(w.Expect()), "first difference:", len(w.Diff(sim.DiffOptions{})) > 0)
	// Output:
	// refused: true
	// to skip: 5 first difference: true
}
