package present

// Keys are the keys that no menu tells, each with what it does.
func Keys() [][2]string {
	return [][2]string{
		{T("Tab"), T("Go to the next button, list or text")},
		{T("Arrows"), T("Move through lists and the sidebar")},
		{T("Enter, Space"), T("Press a button, choose a row")},
		{T("Page Up, Page Down"), T("Scroll")},
		{T("Home, End"), T("Go to the first or last row")},
		{T("Shift and these keys"), T("Pick rows of a list")},
		{T("Ctrl") + "+A", T("Pick all rows")},
		{T("Ctrl") + "+C", T("Copy the picked rows")},
		{T("Menu key"), T("Show what can be done with the picked rows")},
		{"1–9", T("Sort by that column")},
		{T("Escape"), T("Close a dialog or menu")},
		{"?", T("Show this sheet")},
	}
}

// AboutLockstep says which Lockstep this is and where it keeps its data.
func AboutLockstep(version, folder string) string {
	words := T("Keeps a Plex library in step with Stash.") + "\n" + T("Version %s", version) + "\n" + T("MIT licence, without any warranty.")
	if folder != "" {
		words += "\n" + T("Data folder: %s", folder)
	}
	return words
}
