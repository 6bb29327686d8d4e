package api

import "lockstep/sync/scene"

// PictureQuery names a picture to look at: the cover a scene has in Stash, or what an item
// has in Plex.
type PictureQuery struct {
	Scene scene.ID `json:"scene,omitempty"`
	// Plex is the path of a poster or background as Plex gave it (/library/metadata/5/thumb/7);
	// then Scene has no meaning.
	Plex string `json:"plex,omitempty"`
	// Large asks for one to look at instead of one for a row of a list.
	Large bool `json:"large,omitempty"`
}

// The pixels a picture fits into: twice what is drawn, for screens that are fine.
const (
	SmallPictureWidth  = 96
	SmallPictureHeight = 54
	LargePictureWidth  = 480
	LargePictureHeight = 360
)

// Picture is a JPEG that fits into the pixels of what was asked for. The zero value is none:
// there is no such picture, or the settings say that none is shown.
type Picture struct {
	JPEG []byte `json:"jpeg,omitempty"`
}
