//go:build !windows

package app

import "io"

// coloured is true: every terminal understands the sequences that colour text.
func coloured(io.Writer) bool { return true }
