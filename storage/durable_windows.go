package storage

// folder has nothing to do: Windows journals renames and cannot sync a folder.
func (disk) folder(string) error { return nil }
