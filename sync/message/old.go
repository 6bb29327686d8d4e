package message

// OldText carries a finished English sentence of a package that does not write messages
// yet. It goes when the last of them does.
const OldText Code = "old.text"

const kindOld Kind = "old"

// Old wraps a finished English sentence. It goes when the last of them does.
func Old(words string) Message {
	if words == "" {
		return None
	}
	return New(OldText, Arg{Kind: kindOld, Text: words})
}
