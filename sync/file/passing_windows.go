package file

import (
	"errors"

	"golang.org/x/sys/windows"
)

// passing reports an error that ends when another program closes the file. A missing
// right reads the same, and is only found out later.
func passing(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED)
}
