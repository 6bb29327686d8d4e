package api

import (
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Examples are a few real scenes as settings that are not stored yet would have them.
type Examples struct {
	// Scenes are three at most; fewer when no more are known that are curated.
	Scenes []Example `json:"scenes,omitempty"`
	// Unknown says what the filter of these settings names and Stash does not have.
	Unknown []message.Message `json:"unknown,omitempty"`
}

// Example is one scene.
type Example struct {
	Scene scene.ID `json:"scene"`
	Title string   `json:"title"`
	// Values are what each field would be made of, whatever its policy; a field that is
	// missing would get nothing. Of pictures only the background is among them, where it is made
	// of a gallery that has one: it is named by its file.
	Values map[scene.Field][]string `json:"values,omitempty"`
	// Skipped says why the filter leaves the scene out, empty when it does not.
	Skipped message.Message `json:"skipped,omitzero"`
}
