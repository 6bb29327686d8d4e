package plan

import (
	"reflect"
	"strings"
	"time"
	"unicode"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// view is one field of one item with everything a decision about it needs.
type view struct {
	item   scene.Item
	field  scene.Field
	policy config.Policy
	mem    FieldMemory
}

// locked tells whether a person's wish protects the field. Collections, labels, pictures of performers and the
// user's rating have no agent that could have set them: they always count as locked.
func (v view) locked() bool {
	switch v.field {
	case scene.FieldCollections, scene.FieldLabels, scene.FieldRating, scene.FieldPerformerPictures:
		return true
	}
	return v.item.IsLocked(v.field) && !v.guarded()
}

// guarded reports a lock that is Lockstep's although the value is not; see Memory.Guard.
func (v view) guarded() bool {
	return v.mem.Guard != "" && v.mem.Guard == valueHash(v.field, v.item.Scalar(v.field))
}

// decision starts a decision that leaves field and lock as they are.
func (v view) decision(a Action, code skip.Code, why message.Message) Decision {
	return Decision{Field: v.field, Action: a, Code: code, Why: why, lock: v.item.IsLocked(v.field)}
}

// keepCode is the reason for keeping a locked value: an edit of something Lockstep knew,
// or somebody's from the start.
func (v view) keepCode() (skip.Code, message.Message) {
	if v.mem.Sent == "" { // an intent is no write
		return skip.LockedInPlex, message.New(message.PlanLocked)
	}
	if v.mem.At == 0 {
		return skip.PlexEditKept, message.New(message.PlanEdited)
	}
	return skip.PlexEditKept, message.New(message.PlanEditedAfter, message.Day(time.Unix(v.mem.At, 0)))
}

// scalar merges a single value. wished is false when there is nothing to be written.
func (v view) scalar(want string, wished bool) Decision {
	now := v.item.Scalar(v.field)
	d := v.scalarAction(now, want, wished)
	d.Old, d.New = now, now
	if wished && !d.Changes() && d.Action != Same && d.Action != Adopt {
		d.New = want
	}
	if d.Changes() {
		ours := v.mem.owns(valueHash(v.field, now))
		d.New, d.lock = want, want != "" || v.field != scene.FieldSortTitle // without a value Plex has to make one
		d.Foreign = now != "" && !ours && !v.placeholder(now)
		d.reverted = !ours && v.mem.At != 0 && v.mem.Sent == valueHash(v.field, want)
	}
	return d
}

func (v view) scalarAction(now, want string, wished bool) Decision {
	if !wished {
		return v.decision(Same, "", message.New(message.PlanNothingToWrite))
	}
	wantHash, nowHash := valueHash(v.field, want), valueHash(v.field, now)
	switch {
	case wantHash == nowHash:
		return v.inStep(v.mem.settle(wantHash), canonical(v.field, now) != "")
	case v.mem.Undone == wantHash:
		return v.decision(Keep, skip.PlexEditKept, message.New(message.PlanUndone))
	case v.mem.otherwise(wantHash, nowHash):
		return v.decision(Same, skip.StoredOtherwise, message.New(message.PlanStoredDifferently))
	case canonical(v.field, want) == "":
		return v.emptied(nowHash)
	}
	switch v.policy {
	case config.Mirror:
		return v.decision(Write, "", message.None)
	case config.Fill:
		if now == "" || v.placeholder(now) && !v.locked() {
			return v.decision(Write, "", message.None)
		}
		return v.decision(Keep, skip.PolicyFill, message.New(message.PlanFill))
	}
	if !v.locked() || v.mem.owns(nowHash) || v.unrated(now) {
		return v.decision(Write, "", v.mem.written())
	}
	code, why := v.keepCode()
	return v.decision(Keep, code, why)
}

// unrated is a rating nobody gave: it counts as locked, but there is nothing to protect
// unless somebody took away the one Lockstep wrote.
func (v view) unrated(now string) bool {
	return v.field == scene.FieldRating && canonical(v.field, now) == "" && v.mem.Sent == ""
}

// emptied decides about a field that is empty in Stash and not in Plex.
func (v view) emptied(now scene.Hash) Decision {
	switch {
	case v.field == scene.FieldTitle:
		return v.decision(Same, "", message.New(message.PlanTitleStays))
	case v.policy == config.Mirror:
		return v.decision(Clear, "", message.New(message.PlanEmpty))
	case v.policy == config.Fill:
		return v.decision(Same, "", message.New(message.PlanNothingToFillIn))
	case v.mem.owns(now):
		return v.decision(Clear, "", message.Clauses(message.New(message.PlanEmpty), v.mem.written()))
	case v.locked() && v.mem.Sent != "":
		code, why := v.keepCode()
		return v.decision(Keep, code, why)
	}
	return v.decision(Keep, "", message.New(message.PlanForeign))
}

// inStep is the decision about a value that is as wanted. It gets locked when the item
// is written anyway; an empty one needs no lock.
func (v view) inStep(after FieldMemory, lock bool) Decision {
	d := v.decision(Same, "", message.None)
	if !reflect.DeepEqual(after, v.mem) {
		d.Action = Adopt
	}
	d.lock, d.settle = d.lock || lock, true
	return d
}

// placeholder reports a title that is just the name of one of the item's files: Plex's
// own choice for want of a better one.
func (v view) placeholder(now string) bool {
	if v.field != scene.FieldTitle {
		return false
	}
	title := letters(now)
	for _, f := range v.item.Files {
		f = f[strings.LastIndexAny(f, `/\`)+1:]
		if dot := strings.LastIndexByte(f, '.'); dot > 0 {
			f = f[:dot]
		}
		if letters(f) == title {
			return true
		}
	}
	return false
}

// letters reduces a name to what Plex leaves of a file name: it turns dots and
// underscores into spaces.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, scene.Fold(s))
}
