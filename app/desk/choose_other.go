//go:build !linux

package desk

import "github.com/ncruces/zenity"

func dialogs() []dialog {
	if !zenity.IsAvailable() {
		return nil
	}
	return []dialog{native}
}
