package message

import "errors"

// Error is a message as an error: what is wrong with something a person entered. Faults of
// servers and of this computer have a class and are in package fault.
type Error struct{ Message Message }

// Error is the message in English.
func (e *Error) Error() string { return e.Message.String() }

// Wrong makes an error that says a message.
func Wrong(code Code, args ...Arg) error { return &Error{New(code, args...)} }

// OfError is what an error says: its message, or its own text as a detail where it has
// none. OfError(nil) says nothing.
func OfError(err error) Message {
	if err == nil {
		return None
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return Foreign(err.Error())
}

// Foreign is what another program or the system says, in its own words; None for "". They
// are shown as they are in every language, and masked by what they look like.
func Foreign(words string) Message {
	if words == "" {
		return None
	}
	return New(Other, Detail(words))
}
