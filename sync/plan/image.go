package plan

import (
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// PicturesToRead lists the image fields about which Make cannot tell without Plex's list of
// pictures: locked, with nothing remembered that vouches for what is selected. The
// caller reads that list, fills in Listed and Selected, and so finds its own uploads
// again after its memory was lost. Without it such an image is kept.
func PicturesToRead(item scene.Item, want Wanted, mem Memory, set config.Settings) []scene.Field {
	var out []scene.Field
	for _, f := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		img, wished := want.Images[f]
		v := view{item, f, set.Policy(f), mem.Fields[f]}
		if wished && v.policy != config.Off && !img.Unknown && !img.Listed && img.SHA1 != "" &&
			item.IsLocked(f) && v.thumb() != "" && !v.vouched() {
			out = append(out, f)
		}
	}
	return out
}

// thumb is the path of the selected image.
func (v view) thumb() string {
	if v.field == scene.FieldBackground {
		return v.item.Art
	}
	return v.item.Thumb
}

// vouched reports that the selected image is the one remembered: its path changes with
// every selection.
func (v view) vouched() bool {
	return v.mem.Sent != "" && v.mem.Thumb != "" && v.mem.Thumb == v.thumb()
}

// selected is the SHA1 of the selected image, empty when it is not known to be an upload.
func (v view) selected(img Image) string {
	if img.Listed {
		return img.Selected
	}
	if v.vouched() {
		return string(v.mem.Sent)
	}
	return ""
}

// image decides about a picture. Stash having none changes nothing.
func (v view) image(img Image, wished bool) Decision {
	d := v.imageAction(img, wished)
	d.Old, d.Shown = v.selected(img), v.thumb()
	d.New = d.Old
	if d.Changes() {
		ours := v.mem.owns(scene.Hash(d.Old))
		d.New, d.lock = img.SHA1, true
		d.Foreign = v.thumb() != "" && !ours && v.locked()
		d.reverted = !ours && v.mem.At != 0 && v.mem.Sent == scene.Hash(img.SHA1)
	}
	return d
}

func (v view) imageAction(img Image, wished bool) Decision {
	want, now := scene.Hash(img.SHA1), scene.Hash(v.selected(img))
	switch {
	case !wished || img.Unknown:
		return v.decision(Same, "", message.New(message.PlanPictureUnseen))
	case want == "":
		return v.decision(Same, "", message.New(message.PlanNoPicture))
	case want == now:
		return v.inStep(v.mem.settleImage(want, v.thumb()), true)
	case v.mem.Undone == want:
		return v.decision(Keep, skip.PlexEditKept, message.New(message.PlanUndone))
	case v.policy == config.Mirror:
		return v.decision(Write, "", message.None)
	case v.policy == config.Fill && v.thumb() != "":
		return v.decision(Keep, skip.PolicyFill, message.New(message.PlanFill))
	case v.policy == config.Merge && v.locked() && !v.mem.owns(now):
		code, why := v.keepCode()
		return v.decision(Keep, code, why)
	}
	return v.decision(Write, "", v.mem.written())
}

// settleImage remembers the image that is selected.
func (fm FieldMemory) settleImage(sha scene.Hash, thumb string) FieldMemory {
	fm = fm.settle(sha)
	fm.Back, fm.Thumb = "", thumb
	return fm
}
