package queue

import (
	"strings"

	"lockstep/sync/message"
)

// causes are what jobs are made for, as they are stored.
var causes = map[string]message.Code{
	"new":          message.CauseNew,
	"edited":       message.CauseEdited,
	"renamed":      message.CauseRenamed,
	"cover":        message.CauseCover,
	"moved":        message.CauseMoved,
	"never-synced": message.CauseNeverSynced,
	"changed":      message.CauseChanged,
	"drifted":      message.CauseDrifted,
	"emptied":      message.CauseEmptied,
	"missing":      message.CauseMissing,
	"confirmed":    message.CauseConfirmed,
	"appeared":     message.CauseAppeared,
	"asked for":    message.CauseAskedFor,
	"retry":        message.CauseRetry,
	"outage":       message.CauseOutage,
	"undo":         message.CauseUndo,
	"settings":     message.CauseSettings,
	"imported":     message.CauseImported,
	"counted":      message.CauseCounted,
}

// Cause says why a job exists.
func Cause(cause string) message.Message {
	if code, ok := causes[cause]; ok {
		return message.New(code)
	}
	return message.New(message.PlainWord, message.Word(strings.ReplaceAll(cause, "-", " ")))
}
