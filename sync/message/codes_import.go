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

// What an import tells.
const (
	ImportCounts          Code = "import.counts"
	ImportRecords         Code = "import.records"
	ImportRecordsJoined   Code = "import.records.joined"
	ImportRecordsKnown    Code = "import.records.known"
	ImportRecordsOld      Code = "import.records.old"
	ImportRecordsDropped  Code = "import.records.dropped"
	ImportNotCounted      Code = "import.not-counted"
	ImportScenes          Code = "import.scenes"
	ImportScenesInStep    Code = "import.scenes.in-step"
	ImportScenesQueued    Code = "import.scenes.queued"
	ImportScenesWaiting   Code = "import.scenes.waiting"
	ImportScenesLater     Code = "import.scenes.later"
	ImportScenesUnproven  Code = "import.scenes.unproven"
	ImportFilesDamaged    Code = "import.files.damaged"
	ImportFilesTooLarge   Code = "import.files.too-large"
	ImportFilesNotAFile   Code = "import.files.not-a-file"
	ImportFilesUnreadable Code = "import.files.unreadable"
	ImportFilesNotDecoded Code = "import.files.not-decoded"
	ImportQueueFound      Code = "import.queue-found"
	ImportStatistics      Code = "import.statistics"
	ImportReconciled      Code = "import.reconciled"
	ImportPreview         Code = "import.preview"
	ImportPluginOff       Code = "import.plugin-off"
	ImportPluginAbsent    Code = "import.plugin-absent"
	ImportPluginUnknown   Code = "import.plugin-unknown"
)
