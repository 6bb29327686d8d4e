package app

import (
	"fmt"
	"strings"

	"lockstep/sync/config"
)

// SettingsTable is the table of settings in docs/cli.md. A test keeps the two alike.
func SettingsTable() string {
	var b strings.Builder
	b.WriteString("| flag | variable | default | what it does |\n|---|---|---|---|\n")
	for _, o := range config.Options() {
		words := o.Words
		switch {
		case o.Choices != nil:
			words += " One of " + strings.Join(o.Choices, ", ") + "."
		case o.Range != "":
			words += " (" + o.Range + ")"
		}
		usual := o.Get(config.Defaults())
		if usual != "" {
			usual = "`" + usual + "`"
		}
		_, _ = fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", o.Name, o.Env(), usual, strings.ReplaceAll(words, "|", `\|`))
	}
	return b.String()
}
