package skip

import (
	"strings"
)

// Page is the user's page about all reasons, docs/skip-reasons.md.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Why a scene is not written

Every scene Lockstep checks ends as in step, queued, or left alone for one of these
reasons. Reports, the queue, ` + "`lockstep explain`" + ` and exports use the same codes.

<!-- Made from sync/skip by its test with -update. Do not edit by hand. -->

## Scenes

`)
	table(&b, false)
	b.WriteString(`
## Single fields

The rest of such a scene is kept in step; previews and ` + "`lockstep explain`" + ` show these.

`)
	table(&b, true)
	return b.String()
}

func table(b *strings.Builder, field bool) {
	b.WriteString("| code | what is the case | what you can do | needs you |\n|---|---|---|---|\n")
	for _, r := range reasons {
		if r.Field != field {
			continue
		}
		advice, act := "nothing", ""
		if !r.Advice.IsZero() {
			advice = r.Advice.String()
		}
		if r.Act {
			act = "yes"
		}
		b.WriteString("| `" + string(r.Code) + "` | " + r.Message.String() + " | " + advice + " | " + act + " |\n")
	}
}
