package compare

import (
	"bytes"
	"image"
	"image/jpeg"
	"sync"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/picture"
)

const (
	// maxBytes is what Plex is sent at most. An established tool sends 10 480 000 bytes; Plex
	// answered larger pictures with an error.
	maxBytes = 10_000_000
	// maxSide is the longest side a picture is sent with: more than any screen shows.
	maxSide = 8192
	// fitSide is the longest side of a picture that had to be made smaller.
	fitSide = 4096
	// maxDecoded bounds the memory one picture may take while it is made smaller: a small
	// file can stand for an enormous picture.
	maxDecoded = 256 << 20
	// quality is that of a JPEG nobody tells from its original.
	quality = 90
)

// Fit makes a picture small enough for Plex. One that is comes back as it is; the same
// bytes always give the same result, because Plex keeps each different upload for ever.
// Rejected: it cannot be made smaller.
func Fit(body []byte, contentType string) ([]byte, string, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(body))
	if len(body) <= maxBytes && (err != nil || max(size.Width, size.Height) <= maxSide) {
		return body, contentType, nil //nolint:nilerr // Plex may know a format we do not
	}
	if err != nil {
		return nil, "", tooLarge(message.New(message.CoverUnreadable), err)
	}
	if picture.Memory(body, size, format) > maxDecoded {
		return nil, "", tooLarge(message.New(message.CoverTooLarge, message.Number(size.Width), message.Number(size.Height)), nil)
	}
	out, err := shrunk(body)
	if err != nil {
		return nil, "", tooLarge(message.New(message.CoverUnreadable), err)
	}
	return out, "image/jpeg", nil
}

func tooLarge(said message.Message, err error) error {
	return fault.New(fault.Rejected, fault.Stash, said, message.New(message.AdviceCoverLarge), err)
}

// shrinking lets one picture at a time take the memory.
var shrinking sync.Mutex

func shrunk(body []byte) ([]byte, error) {
	shrinking.Lock()
	defer shrinking.Unlock()
	whole, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for side := fitSide; ; side /= 2 {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, picture.Within(whole, side, side), &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= maxBytes {
			return out.Bytes(), nil
		}
	}
}
