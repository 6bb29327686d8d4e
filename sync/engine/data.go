package engine

import (
	"context"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// loadData tells what opening the database found, and has it watched. Nothing is written
// to Plex with settings that a person did not choose, or in spite of a pause that is lost.
func (e *Engine) loadData() error {
	words := e.o.Notice
	if slices.ContainsFunc(e.o.Damaged, func(name string) bool { return slices.Contains(chosenValues(), name) }) {
		if err := e.setPause(pauseState{On: true}); err != nil {
			return err
		}
		words = strings.Join([]string{words, pausedByDamage}, " ")
	}
	e.noteData(words, nil)
	return nil
}

const pausedByDamage = "Lockstep is paused: look at the settings, then resume."

// chosenValues are the stored values that a person chose and that decide what is written.
func chosenValues() []string { return []string{settingsValue, pauseValue} }

// lookAtData sees whether the database is in its place and whole.
func (e *Engine) lookAtData() {
	if e.o.Data == nil {
		return
	}
	words, err := e.o.Data.Look()
	now, before := "", e.upkeep.dataFault
	if err != nil {
		now = err.Error()
	}
	e.upkeep.dataFault, e.lostFile = now, fault.Of(err)
	if now == before {
		err = nil // told already
	}
	if words != "" || now != before {
		e.noteData(words, err)
		e.publish()
	}
}

// watchData looks when the system tells that the database may be gone, beside the loop.
func (e *Engine) watchData(ctx context.Context) {
	if e.o.Data == nil {
		return
	}
	e.spawn(func() {
		if err := e.o.Data.Watch(ctx, func() { e.post(e.lookAtData) }); err != nil {
			e.log.Warn("the data folder cannot be watched; it is looked at every minute", "err", err)
		}
	})
}

// noteData tells a person what became of the stored data. What was told before stays.
func (e *Engine) noteData(words string, err error) {
	if err != nil {
		e.log.Error("the database is not as it should be", "err", err)
	}
	if words == "" {
		return
	}
	if old := e.notes[api.RestoredData].Words; old != "" {
		words = old + " " + words
	}
	e.note(api.RestoredData, words, "")
}

// CheckData reads everything that is stored, mends what is damaged and tells of it.
func (e *Engine) CheckData(ctx context.Context) (api.DataCheck, error) {
	var out api.DataCheck
	if e.o.Data == nil {
		return out, nil
	}
	words, err := e.o.Data.Check()
	if err != nil {
		return out, err
	}
	out.Words = words
	return out, e.ask(ctx, func() error {
		e.noteData(words, nil)
		e.publish()
		return nil
	})
}
