package host

import (
	"fmt"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Safely calls f and turns a panic of it into a fault of our own, so that one bad value
// cannot take the process down.
func Safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.New(fault.Local, fault.None, message.New(message.Stumbled, message.Detail(fmt.Sprint(r))), message.New(message.AdvicePlexOurs), nil)
		}
	}()
	return f()
}
