//go:build !pictures

package app

import "errors"

// pictures takes none: what looks at a display like a person does comes only with the
// build tag pictures, not in what is released.
type pictures struct{ taken []string }

func newPictures(string, func(string, ...any)) (*pictures, error) {
	return nil, errUsage{errors.New("--demo-story takes pictures, which this build of Lockstep cannot; `make demo` builds one that can")}
}

func (*pictures) close()                                    {}
func (*pictures) menu(string) error                         { return nil }
func (*pictures) window(func(string), string, string) error { return nil }
