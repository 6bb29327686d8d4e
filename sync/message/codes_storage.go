package message

// What became of damaged records.
const (
	HealedMended   Code = "storage.healed.mended"
	HealedRestored Code = "storage.healed.restored"
	HealedRenewed  Code = "storage.healed.renewed"
	HealedUndo     Code = "storage.healed.undo"
	HealedHistory  Code = "storage.healed.history"
	HealedOutages  Code = "storage.healed.outages"
	HealedReports  Code = "storage.healed.reports"
	HealedItems    Code = "storage.healed.items"
)
