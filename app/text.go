package app

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// text is what a person put into a file or a pipe, without a byte order mark: PowerShell
// writes UTF-16, and editors of Windows mark UTF-8.
func text(data []byte) []byte {
	plain, _, err := transform.Bytes(unicode.BOMOverride(encoding.Nop.NewDecoder()), data)
	if err != nil {
		return data
	}
	return plain
}
