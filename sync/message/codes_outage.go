package message

// What was repaired or changed in the record of an outage.
const (
	OutageEndGarbage       Code = "outage.ended-garbage"
	OutageFutureEnd        Code = "outage.future-end"
	OutageNoStart          Code = "outage.no-start"
	OutageFutureStart      Code = "outage.future-start"
	OutageEndFirst         Code = "outage.end-first"
	OutageNegative         Code = "outage.negative"
	OutageNoEnd            Code = "outage.no-end"
	OutageMissing          Code = "outage.missing"
	OutageClockBack        Code = "outage.clock-back"
	OutageImported         Code = "outage.imported"
	OutageImportedRepaired Code = "outage.imported-repaired"
	OutageJoined           Code = "outage.joined"
	OutageAnswered         Code = "outage.answered"
)
