package activity

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// overlap is how far before the newest known play the history is read again: what was
	// watched without a network arrives in Plex when the player finds it again.
	overlap = 30 * 24 * time.Hour
	// accountsFor is how long a list of accounts is good for.
	accountsFor = time.Hour
	// wrongClock is how far ahead of ours a play may lie.
	wrongClock = 24 * time.Hour
)

// readHistory takes in the plays that are not known yet.
func (l *Look) readHistory(ctx context.Context) error {
	who, err := l.viewers(ctx)
	if err != nil {
		return err
	}
	since, newest := time.Time{}, l.marks.Newest
	if l.marks.Basis == l.playBasis() && !newest.IsZero() {
		since = newest.Add(-overlap)
	} else {
		newest = time.Time{}
	}
	err = l.Plex.History(ctx, since, func(page []scene.View) (bool, error) {
		var list []store.Playback
		more := len(page) > 0
		for _, v := range page {
			if v.At.Before(since) {
				more = false // Plex gave more than it was asked for
				continue
			}
			if !l.counts(v, who) {
				continue
			}
			list = append(list, l.play(v))
			if v.At.After(newest) && v.At.Sub(l.now) < wrongClock {
				newest = v.At
			}
		}
		return more, l.addNew(list)
	})
	if err == nil {
		l.marks.Newest, l.marks.Basis = newest, l.playBasis()
	}
	return err
}

func (l *Look) playBasis() scene.Hash {
	return scene.HashOf([]string{l.Machine, viewers(l.Conditions)})
}

// viewers are the accounts whose plays count. Only names have to be looked up.
func (l *Look) viewers(ctx context.Context) ([]int64, error) {
	names := l.Settings.ActivityAccounts
	if len(names) == 0 {
		return []int64{scene.OwnerAccount}, nil
	}
	if age := l.now.Sub(l.accounts.at); l.accounts.list == nil || age < 0 || age > accountsFor {
		list, err := l.Plex.Accounts(ctx)
		if err != nil {
			return nil, err
		}
		l.accounts = accounts{list, l.now}
	}
	ids, unknown := playback.Viewers(names, l.accounts.list)
	if len(unknown) > 0 {
		args := make([]message.Arg, len(unknown))
		for i, name := range unknown {
			args[i] = message.Name(name)
		}
		// The others' plays go on; a person has to hear of the name.
		return ids, l.meet(fault.New(fault.Config, fault.Plex, message.New(message.ActivityAccount, message.List(args...)), message.None, nil))
	}
	return ids, nil
}

// counts reports a play of a film by one of the viewers, in one of the chosen libraries.
func (l *Look) counts(v scene.View, who []int64) bool {
	ours := v.Section == "" || slices.ContainsFunc(l.Sections, func(s scene.Section) bool { return s.ID == v.Section })
	return ours && v.RatingKey != "" && (v.Type == "" || v.Type == "movie") && slices.Contains(who, v.Account)
}

func (l *Look) play(v scene.View) store.Playback {
	return store.Playback{
		Kind: playback.Play, Item: scene.ItemKey{Machine: l.Machine, RatingKey: v.RatingKey}, At: v.At, Account: v.Account,
		Section: v.Section, Title: v.Title, State: store.PlaybackNew, Changed: l.now,
	}
}

// addNew stores the plays that have no record yet.
func (l *Look) addNew(list []store.Playback) error {
	var fresh []*store.Playback
	err := l.host.Store.View(func(tx store.Tx) error {
		for _, p := range list {
			_, known, err := tx.Playback(p)
			if err != nil {
				return err
			}
			if !known {
				fresh = append(fresh, &p)
			}
		}
		return nil
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	return l.put(fresh)
}
