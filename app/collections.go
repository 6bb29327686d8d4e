package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// collectionsJSON is what `collections --json` prints.
type collectionsJSON struct {
	Rows []collectionJSON `json:"rows"`
	Live bool             `json:"live"` // a Lockstep that runs was asked
}

// collectionJSON is one collection that is about a studio or a group.
type collectionJSON struct {
	Library string              `json:"library"`
	Title   string              `json:"title"`
	Subject string              `json:"subject"` // studio or group
	Name    string              `json:"name"`    // of the studio or group
	Item    string              `json:"item"`    // rating key
	State   api.CollectionState `json:"state"`
	Changes []changeJSON        `json:"changes"`
	Kept    []changeJSON        `json:"kept"` // differs and stays, with the reason
	Words   string              `json:"words"`
	Message *messageJSON        `json:"message"`
}

func collectionOf(r api.CollectionRow) collectionJSON {
	return collectionJSON{
		r.Library, r.Title, r.Subject, r.Name, r.Item, r.State, each(r.Changes, changeOf), each(r.Kept, changeOf), r.Message.String(), messageOf(r.Message),
	}
}

func collectionsOf(c api.Collections, live bool) collectionsJSON {
	return collectionsJSON{each(c.Rows, collectionOf), live}
}

// Run shows what collections lack of pictures and descriptions, and has it written.
func (c *collectionsCmd) Run(s *session) error {
	q := api.CollectionsRequest{Write: c.Write || c.Yes, Yes: c.Yes}
	do := func(a api.API, live bool) error { return s.collections(a, q, live) }
	if q.Write {
		return s.work(do)
	}
	return s.reach(ownParams{hold: true, level: s.level(slog.LevelWarn)}, do)
}

func (s *session) collections(a api.API, q api.CollectionsRequest, live bool) error {
	if !live {
		if err := s.connected(a); err != nil {
			return err
		}
	}
	got, err := a.Collections(s.ctx, q)
	if err == nil && q.Write && !live {
		got, err = writtenCollections(s.ctx, a, got)
	}
	if err != nil {
		return err
	}
	s.answer(collectionsOf(got, live), func() {
		s.table([]string{"LIBRARY", "COLLECTION", "STATE", "WHAT"}, each(got.Rows, collectionRow))
		n := 0
		for _, r := range got.Rows {
			if r.State == api.CollectionChanges {
				n++
			}
		}
		switch {
		case n > 0 && q.Write:
			s.say("%s will be written.", present.Count(n, "collection", "collections"))
		case n > 0:
			s.say("%s to be written. Lockstep does that by itself while it runs; --write does it now.", present.Count(n, "collection", "collections"))
		}
	})
	return nil
}

// longestWrite is how long a command without a running Lockstep waits for collections.
const longestWrite = 2 * time.Minute

// writtenCollections waits until an engine of our own has written what it can.
func writtenCollections(ctx context.Context, a api.API, got api.Collections) (api.Collections, error) {
	ctx, cancel := context.WithTimeout(ctx, longestWrite)
	defer cancel()
	for slices.ContainsFunc(got.Rows, func(r api.CollectionRow) bool { return r.State == api.CollectionChanges }) {
		select {
		case <-ctx.Done():
			return got, nil // what is left is shown
		case <-time.After(time.Second):
		}
		next, err := a.Collections(ctx, api.CollectionsRequest{})
		if ctx.Err() != nil {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = next
	}
	return got, nil
}

func collectionRow(r api.CollectionRow) []string {
	var what []string
	for _, c := range r.Changes {
		what = append(what, present.Say(c.Field.Message()))
	}
	for _, c := range r.Kept {
		what = append(what, present.Say(c.Field.Message())+" "+present.Say(c.Why))
	}
	if !r.Message.IsZero() {
		what = append(what, present.Say(r.Message))
	}
	return []string{r.Library, r.Title, string(r.State), strings.Join(what, "; ")}
}
