package message

// Taking over what another program left.
const (
	ImportNoFolder        Code = "import.no-folder"
	ImportNothingThere    Code = "import.nothing-there"
	ImportNotReadable     Code = "import.not-readable"
	ImportNotAllowed      Code = "import.not-allowed"
	ImportPartOfPath      Code = "import.part-of-path"
	ImportWhichFolder     Code = "import.which-folder"
	ImportAllowOrCopy     Code = "import.allow-or-copy"
	ImportStashNotKnown   Code = "import.stash-not-known"
	ImportEnterStashFirst Code = "import.enter-stash-first"
)
