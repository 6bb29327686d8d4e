package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// playMutations are those that have arguments of their own in place of an input.
var playMutations = map[string]bool{"sceneAddPlay": true, "sceneDeletePlay": true, "sceneSaveActivity": true}

// playMutation carries out one of them; mu is held for writing. None bumps updated_at or fires a hook.
func (s *Stash) playMutation(name string, args map[string]any) (any, error) {
	if s.state != StashOK {
		return nil, errNilPointer
	}
	id, err := numberOf(args)
	if err != nil {
		return nil, err
	}
	sc := s.scenes[id]
	switch {
	case name == "sceneSaveActivity" && sc == nil:
		return nil, fmt.Errorf("%d does not exist in scenes", id)
	case name == "sceneSaveActivity":
		return true, sc.saveActivity(args)
	case sc == nil && name == "sceneAddPlay":
		return nil, errors.New("inserting into scenes_view_dates: executing `INSERT INTO `scenes_view_dates`: " + foreignKey)
	case sc == nil:
		return historyNode(nil), nil
	}
	times, err := timesOf(args["times"])
	if err != nil {
		return nil, err
	}
	if name == "sceneAddPlay" {
		if len(times) == 0 {
			times = []time.Time{s.stamp().UTC()}
		}
		sc.Plays = append(sc.Plays, times...)
		return historyNode(sc), nil
	}
	sc.deletePlays(times)
	return historyNode(sc), nil
}

// timesOf reads stamps; the database keeps whole seconds.
func timesOf(v any) ([]time.Time, error) {
	list, _ := v.([]any)
	var out []time.Time
	for _, e := range list {
		t, err := time.Parse(time.RFC3339, asText(e))
		if err != nil {
			return nil, fmt.Errorf("parsing timestamp %q: %w", asText(e), err)
		}
		out = append(out, t.UTC().Truncate(time.Second))
	}
	return out, nil
}

// deletePlays takes away one play for each of the times, or without any the latest one.
func (sc *Scene) deletePlays(times []time.Time) {
	if len(times) == 0 && len(sc.Plays) > 0 {
		times = []time.Time{slices.MaxFunc(sc.Plays, time.Time.Compare)}
	}
	for _, t := range times {
		if i := slices.IndexFunc(sc.Plays, t.Equal); i >= 0 {
			sc.Plays = slices.Delete(sc.Plays, i, i+1)
		}
	}
}

// saveActivity sets the resume point and adds to the time watched, whichever is given.
func (sc *Scene) saveActivity(args map[string]any) error {
	for name, set := range map[string]func(float64){
		"resume_time":  func(v float64) { sc.Resume = v },
		"playDuration": func(v float64) { sc.Watched += v },
	} {
		if args[name] == nil {
			continue
		}
		text, _ := asID(args[name])
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		set(v)
	}
	return nil
}

// history is the plays as Stash lists them: the latest first.
func (sc *Scene) history() []string {
	plays := slices.SortedFunc(slices.Values(sc.Plays), func(a, b time.Time) int { return b.Compare(a) })
	out := make([]string, len(plays))
	for i, t := range plays {
		out[i] = t.Format(time.RFC3339)
	}
	return out
}

func historyNode(sc *Scene) node {
	if sc == nil {
		sc = &Scene{}
	}
	return mapNode{"HistoryMutationResult", map[string]any{"count": len(sc.Plays), "history": sc.history()}}
}

// Play is somebody watching a scene in Stash itself.
func (s *Stash) Play(id int, at time.Time) error {
	return s.edit(func() error {
		return s.within(id, false, func(sc *Scene) error {
			sc.Plays = append(sc.Plays, at.UTC().Truncate(time.Second))
			return nil
		})
	})
}

// StopAt is somebody watching a scene in Stash for so long and leaving it at a point, both in seconds.
func (s *Stash) StopAt(id int, resume, watched float64) error {
	return s.edit(func() error {
		return s.within(id, false, func(sc *Scene) error {
			sc.Resume, sc.Watched = resume, sc.Watched+watched
			return nil
		})
	})
}
