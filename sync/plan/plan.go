package plan

import (
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Action is what happens to one field.
type Action string

// The actions. The texts appear in machine output and are never renamed.
const (
	Same  Action = "same"  // as wanted already
	Adopt Action = "adopt" // as wanted, and from now on known as Lockstep's
	Write Action = "write"
	Clear Action = "clear"
	Keep  Action = "keep" // differs, and stays as it is
	Skip  Action = "skip" // cannot or must not be looked at
)

// Decision is what happens to one field, and why.
type Decision struct {
	Field  scene.Field `json:"field"`
	Action Action      `json:"action"`
	// Old and New are the values of scalars; for images SHA1s as far as known.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Shown is the path of the picture that Plex shows now; of images only.
	Shown string `json:"shown,omitempty"`
	// OldList and NewList are those of lists, Added and Removed the difference. Kept
	// are names that stay in or out of Plex against Stash because a person wants it so.
	OldList []string `json:"oldList,omitempty"`
	NewList []string `json:"newList,omitempty"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Kept    []string `json:"kept,omitempty"`
	// Code is the reason when something is not done; empty when there is none to report.
	Code skip.Code       `json:"code,omitempty"`
	Why  message.Message `json:"why,omitzero"`
	// Notes are what else is to be said about the field.
	Notes []message.Message `json:"notes,omitempty"`
	// Foreign marks a write or clear that takes away a value which is not Lockstep's.
	// Titles that are just the file's name and images Plex chose itself do not count.
	Foreign bool `json:"foreign,omitempty"`

	lock     bool // whether the field is locked after an edit
	settle   bool // what Plex holds agrees with what is wanted, and may be remembered
	relocked bool // of an undo: only the lock changes
	restored bool // of an undo: the value is back already, what is remembered of it is not
	reverted bool // somebody changed back what Lockstep wrote
}

// Changes reports a decision that needs a write.
func (d Decision) Changes() bool { return d.Action == Write || d.Action == Clear }

// Plan is what is to be done with one item.
type Plan struct {
	// Item has the rating key; the machine is for the caller to fill in.
	Item scene.ItemKey `json:"item"`
	// Decisions has one entry per field, in display order.
	Decisions []Decision `json:"decisions"`
	// Changed is true when Edit or Uploads must be carried out; both are empty otherwise.
	Changed bool     `json:"changed"`
	Edit    Edit     `json:"edit"`
	Uploads []Upload `json:"uploads,omitempty"`
	// Restores are images to be given back by an undo, before Edit.
	Restores []Restore `json:"restores,omitempty"`
	// Former is what the item was, for the journal.
	Former Former `json:"former"`
	// Reverted is true when the plan writes again what somebody changed back. The caller
	// then uses Memory.NoteRevert and stops when the item is contested.
	Reverted bool `json:"reverted,omitempty"`
	// Blind is true when the item came from a listing, whose lists and locks cannot be
	// trusted: nothing was decided.
	Blind bool `json:"blind,omitempty"`

	before scene.Item
	want   Wanted
	undo   *Former
	shelf  bool // of a collection: nothing but what changes is sent
}

// Decision returns the decision about a field.
func (p Plan) Decision(f scene.Field) (Decision, bool) {
	for _, d := range p.Decisions {
		if d.Field == f {
			return d, true
		}
	}
	return Decision{}, false
}

// Codes lists the distinct reasons of fields that were left alone, in display order.
// Switched-off fields are not among them.
func (p Plan) Codes() []skip.Code {
	var out []skip.Code
	seen := map[skip.Code]bool{skip.PolicyOff: true, "": true}
	for _, d := range p.Decisions {
		if !seen[d.Code] {
			seen[d.Code] = true
			out = append(out, d.Code)
		}
	}
	return out
}

// Former is what a plan takes away: values, locks and memory from before, for undo. It
// is stored as JSON.
type Former struct {
	Fields map[scene.Field]FormerField `json:"fields,omitempty"`
	// Locks has the former lock, by wire name, of everything whose lock changes.
	Locks map[string]bool `json:"locks,omitempty"`
	// Selected is for the caller to fill in before Undo: the SHA1 of the selected upload
	// (empty: not an upload) of each field UndoPicturesToRead names.
	Selected map[scene.Field]string `json:"-"`
}

// Empty reports that there is nothing to undo.
func (f Former) Empty() bool { return len(f.Fields) == 0 && len(f.Locks) == 0 }

// FormerField is what one field was before, and what was written over it.
type FormerField struct {
	Text    string   `json:"text,omitempty"` // for an image the SHA1 of the upload selected before, if known
	List    []string `json:"list,omitempty"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Thumb   string   `json:"thumb,omitempty"` // path of the image selected before
	// Wrote is the value as planned, Want the one Stash asked for; for an image both
	// are the SHA1.
	Wrote scene.Hash `json:"wrote"`
	Want  scene.Hash `json:"want"`
	// Memory is what was known of the field before.
	Memory FieldMemory `json:"memory,omitzero"`
}

// Restore asks for an uploaded image to be taken back: when the picture selected in
// Plex still is the upload SHA1, another one is selected instead, Former if Plex still
// offers it, else one that was not uploaded; when HadImage is false none is.
type Restore struct {
	Field    scene.Field `json:"field"`
	SHA1     string      `json:"sha1"`
	HadImage bool        `json:"hadImage"`
	// Former is the SHA1 of the upload that was selected before, if it is known.
	Former string `json:"former,omitempty"`
}

// Said is why, and what else is to be said.
func (d Decision) Said() message.Message {
	return message.Clauses(append([]message.Message{d.Why}, d.Notes...)...)
}
