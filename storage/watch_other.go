//go:build !linux

package storage

import "context"

// Watch does nothing here: Windows lets nobody remove or replace an open file, and
// elsewhere Look is called every minute and before every write.
func (d *DB) Watch(context.Context, func()) error { return nil }
