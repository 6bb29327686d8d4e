package present

import (
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/store"
)

// The steps of the set-up, in order.
const (
	StepStash = iota
	StepPlex
	StepLibraries
	StepPaths
	StepFields
	StepPreview
	StepStart
)

// SetUpStep is one step of the set-up.
type SetUpStep struct {
	Name  string // in the list of steps
	Title string
	Intro string
}

// SetUpSteps are the steps of the set-up.
func SetUpSteps() []SetUpStep {
	return []SetUpStep{
		{T("Stash"), T("Where is Stash?"), T("Lockstep reads your scenes from Stash and changes nothing there unless you turn that on. Enter its address, and its API key if Stash asks for a password.")},
		{T("Plex"), T("Which Plex server?"), T("Sign in with Plex and choose your server, search this network for it, or enter its address and token.")},
		{T("Libraries"), T("Which libraries?"), T("Choose the Plex libraries to keep in step. If you choose none, all movie libraries are synced.")},
		{T("Paths"), T("Do the paths match?"), T("Stash and Plex may see the same files in different folders. Lockstep looks for each of Stash's files in Plex and suggests rules based on your files. None is used until you choose it.")},
		{T("Fields"), T("What may be written?"), T("Each field has its own policy. Fields locked in Plex are kept unless you choose “Stash wins”.")},
		{T("Preview"), T("What would happen?"), T("Lockstep now compares both libraries without writing anything. Review each change before you continue.")},
		{T("Start"), T("Ready to start"), T("This is what you chose. Everything can be changed later in the settings, and every write can be undone.")},
	}
}

// SetUpNote tells whether the set-up keeps Lockstep from writing.
func SetUpNote(held bool, step int) string {
	switch {
	case held && step == StepStart:
		return T("Nothing is written to Plex until you press Start syncing.")
	case step == StepStart:
		return T("Lockstep is already running: changes here take effect when you press Done.")
	case held:
		return T("Nothing is written to Plex before the last step.")
	case step == StepPreview:
		return T("Lockstep is already running: this only shows what it would write.")
	}
	return T("Lockstep is already running: changes here take effect when you press Next.")
}

// SetUpSecrets tells in the set-up where secrets are kept.
func SetUpSecrets(in api.SecretPlace) string {
	if in == api.InMemory {
		return T("This computer has no keyring. Without the file, the key and token are forgotten when Lockstep quits.")
	}
	return SecretPlace(in)
}

// SetUpPlace is where in the set-up one is: "Step 2 of 7".
func SetUpPlace(step int) string {
	return T("Step %s of %s", Number(step+1), Number(len(SetUpSteps())))
}

// CoverageAdvice says what a fit of the path rules means; "" when there is nothing to
// say.
func CoverageAdvice(c api.Mapping) string {
	switch {
	case c.Total == 0 || c.Covered == c.Total:
		return ""
	case c.Covered == 0:
		return T("None of the files was found. Either Plex sees these folders under other names, or another library has them.")
	}
	return T("Scenes whose file is not found are skipped and listed in the reports. Nothing is written for them.")
}

// Offer is a path rule worth adding, with what speaks for it.
func Offer(r config.Rule, evidence match.Suggestion) string {
	words := T("Suggested rule: %s", r.Stash+" → "+r.Plex)
	if evidence.Total > 0 {
		words += " " + T("(finds %s of %s)", Number(evidence.Covered), Count(evidence.Total, "file", "files"))
	}
	return words
}

// PreviewLines are the sentences about a finished preview: what it came to, how far it
// came if not to the end, and that nothing was written.
func PreviewLines(r store.Report) []Line {
	lines := []Line{{Summary(r), Good}}
	if slices.ContainsFunc(RowFilters(r), func(f RowFilter) bool { return f.Reason != "" && f.Tone == Warn }) {
		lines[0].Tone = Warn // some of what is skipped needs a person
	}
	if !r.Incomplete.IsZero() {
		lines = []Line{{Incomplete(r), Warn}, {Summary(r), Muted}}
	}
	if r.Enqueued == 0 && r.Incomplete.IsZero() {
		return append(lines, Line{T("There is nothing to write."), Muted})
	}
	return append(lines, Line{T("Nothing has been written."), Muted})
}

// PreviewReasons says why scenes would be skipped and what to do about it, a line for each reason.
func PreviewReasons(r store.Report) []Line {
	var lines []Line
	for _, f := range RowFilters(r) {
		if f.Reason != "" {
			lines = append(lines, Line{Number(f.Rows) + " · " + strings.TrimSuffix(f.Name+" — "+f.Advice, " — "), f.Tone})
		}
	}
	return lines
}

// Chosen are the choices of the set-up, one a line.
func Chosen(s config.Settings) []string {
	libraries := T("all movie libraries")
	if len(s.Libraries) > 0 {
		libraries = list(s.Libraries)
	}
	rules := T("none")
	if n := len(s.PathMap); n > 0 {
		rules = Number(n)
	}
	var fields []string
	for _, o := range config.Options() {
		if o.Group == config.FieldsGroup && slices.Contains(o.Choices, string(config.Off)) && o.Get(s) != string(config.Off) {
			fields = append(fields, T(o.Title))
		}
	}
	return []string{
		T("Stash: %s", s.StashURL), T("Plex: %s", s.PlexURL), T("Libraries: %s", libraries),
		T("Path rules: %s", rules), T("Written: %s", list(fields)),
	}
}
