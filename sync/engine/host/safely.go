package host

import (
	"fmt"

	"lockstep/sync/fault"
)

// Safely calls f and turns a panic of it into a fault of our own, so that one bad value
// cannot take the process down.
func Safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.Old(fault.Local, fault.None, fmt.Sprintf("Lockstep stumbled: %v", r), "Please report this.", nil)
		}
	}()
	return f()
}
