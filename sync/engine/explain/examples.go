package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/filter"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

const (
	// manyExamples is how many scenes are shown, drawn from exampleSample that are read at once.
	manyExamples  = 3
	exampleSample = 40
	// exampleFor is how long scenes that were read serve: a person types a source in that time,
	// and each key is a question.
	exampleFor = 2 * time.Minute
)

// Examples shows three real scenes as these settings would have them. They need not be stored.
// Stash is asked once for a while, and only for what the sources use.
func (e *Explainer) Examples(ctx context.Context, set config.Settings) (api.Examples, error) {
	now, err := e.loop.Situation(ctx)
	if err != nil {
		return api.Examples{}, err
	}
	if now.Stash == nil {
		return api.Examples{}, fault.New(fault.Config, fault.None, message.New(message.NoServers), message.New(message.EnterAddresses), nil)
	}
	all := everyField(set)
	scenes, err := e.samples(ctx, now.Stash, all)
	if err != nil {
		return api.Examples{}, fault.At(err, fault.Stash)
	}
	known, err := compare.Known(ctx, now.Stash, e.host.Store, set.Filter)
	if err != nil {
		return api.Examples{}, fault.At(err, fault.Stash)
	}
	var galleries map[scene.ID]scene.GalleryPicture
	if all.FromGallery() {
		galleries = e.galleries(ctx, now.Stash, scenes)
	}
	out := api.Examples{Unknown: filter.NotThere(known)}
	for _, s := range scenes {
		x := api.Example{Scene: s.ID, Title: s.Name(), Values: valuesOf(plan.Want(s, all))}
		if p, ok := galleries[s.ID]; ok {
			x.Values[scene.FieldBackground] = []string{p.Name, fmt.Sprintf("%d×%d", p.Width, p.Height)}
		}
		if code, why := filter.Gate(s, set.Filter, known); code != "" {
			x.Skipped = skipped(code, why)
		}
		out.Scenes = append(out.Scenes, x)
	}
	return out, nil
}

// everyField has every field wanted, so that there is an example of those that are off too.
func everyField(set config.Settings) config.Settings {
	all := set.Clone()
	for _, f := range scene.Fields() {
		all.Fields[f] = config.Merge
	}
	return all
}

func valuesOf(w plan.Wanted) map[scene.Field][]string {
	out := map[scene.Field][]string{}
	for f, v := range w.Scalars {
		if v != "" {
			out[f] = []string{v}
		}
	}
	for f, list := range w.Lists {
		if len(list) > 0 {
			out[f] = list
		}
	}
	return out
}

// samples are the scenes with most to show.
func (e *Explainer) samples(ctx context.Context, stash Stash, set config.Settings) ([]scene.Scene, error) {
	e.kept.mu.Lock()
	defer e.kept.mu.Unlock()
	now, parts := e.host.Now(), set.Parts()
	if len(e.kept.scenes) > 0 && e.kept.parts.Has(parts) && now.Sub(e.kept.at) < exampleFor {
		return e.kept.scenes, nil
	}
	ids, err := e.someScenes()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	reader := compare.Reader{Stash: stash, Store: e.host.Store, Settings: set, Clock: e.host.Now}
	found, err := reader.Scenes(ctx, ids)
	if err != nil {
		return nil, err
	}
	e.kept.at, e.kept.parts, e.kept.scenes, e.kept.galleries = now, parts, fullest(found.Values), nil
	return e.kept.scenes, nil
}

// galleries are the pictures of their galleries that may become backgrounds of scenes. What Stash
// does not tell is no example; it keeps no other from being shown.
func (e *Explainer) galleries(ctx context.Context, stash Stash, scenes []scene.Scene) map[scene.ID]scene.GalleryPicture {
	e.kept.mu.Lock()
	defer e.kept.mu.Unlock()
	if e.kept.galleries != nil {
		return e.kept.galleries
	}
	of := map[scene.ID][]scene.Gallery{}
	for _, s := range scenes {
		of[s.ID] = s.Galleries
	}
	found, err := stash.GalleryPictures(ctx, of)
	if err != nil {
		return nil
	}
	e.kept.galleries = found
	return found
}

// someScenes are ids of scenes that are known.
func (e *Explainer) someScenes() (ids []scene.ID, err error) {
	err = e.host.Store.View(func(tx store.Tx) error {
		return tx.EachSeen(0, func(id scene.ID, _ store.Seen) bool {
			ids = append(ids, id)
			return len(ids) < exampleSample
		})
	})
	return ids, err
}

// fullest picks the curated scenes with most performers and tags, by id among equals.
func fullest(found map[scene.ID]*scene.Scene) []scene.Scene {
	var out []scene.Scene
	for _, s := range found {
		if s != nil && !s.Raw() {
			out = append(out, *s)
		}
	}
	much := func(s scene.Scene) int {
		n := min(len(s.Performers), 2) + min(len(s.Tags), 2)
		if s.Studio != nil {
			n++
		}
		if s.Title != "" {
			n++
		}
		if len(s.Galleries) > 0 { // read only where the background is made of them
			n++
		}
		return n
	}
	slices.SortFunc(out, func(a, b scene.Scene) int { return cmp.Or(much(b)-much(a), cmp.Compare(a.ID, b.ID)) })
	return out[:min(len(out), manyExamples)]
}

// skipped is a reason with its particular.
func skipped(code skip.Code, why message.Message) message.Message {
	out, more := skip.Of(code).With(why)
	if more.IsZero() {
		return out
	}
	return message.New(message.Headed, message.Of(out), message.Of(more))
}
