package doctor

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/mask"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

const (
	// logTail is how much of the log is packed: some hours, and small enough for a mail.
	logTail = 1 << 20
	// someJobs and someHistory bound the lists that are packed.
	someJobs    = 200
	someHistory = 500
	someReports = 10
	// revision is how much of a commit is shown: enough to find it, too short to look
	// like a key.
	revision = 12
)

// explained is the first file of a bundle.
const explained = `What Lockstep saw and did, to find out what went wrong.

Titles, names of people, libraries, files, folders and machines, and everything that could be a token or a key, are replaced: name-3 is the same title in all these files, but nothing tells which. Have a look before you send it; everything is plain text.

checks.txt     what the doctor found
about.json     versions
settings.json  the settings, without secrets
snapshot.json  the state at this moment
queue.json     jobs that did not just go well
history.json   what was written last
outages.json   the outages of the last 30 days
reports.json   the sums of the last reconciliations
log.txt        the end of the log
`

// Bundle writes a zip file for somebody who helps. What cannot be read is left out, and
// its file says why.
func Bundle(ctx context.Context, w io.Writer, a api.API, env Env) error {
	checks, c := run(ctx, a, env)
	b := &bundle{zip: zip.NewWriter(w), mask: c.masker()}
	parts := c.parts(ctx, checks)
	lines := tail(env.Log)
	for _, p := range parts { // learn every name before the first sentence is masked
		if p.err == nil {
			b.mask.Learn(p.value)
		}
	}
	for _, line := range lines {
		b.mask.LearnLine(line)
	}
	b.file("README.txt", []byte(explained))
	b.file("checks.txt", []byte(b.mask.Text(Text(b.masked(checks)))))
	for _, p := range parts {
		b.part(p)
	}
	var log bytes.Buffer
	for _, line := range lines {
		log.WriteString(b.mask.Line(line) + "\n")
	}
	b.file("log.txt", log.Bytes())
	if b.err == nil {
		b.err = b.zip.Close()
	}
	if b.err != nil {
		return fmt.Errorf("write the report for support: %w", b.err)
	}
	return nil
}

// Text writes checks for people who read them in a terminal.
func Text(checks []Check) string {
	var b strings.Builder
	for _, c := range checks {
		fmt.Fprintf(&b, "%-4s  %-13s  %s", c.State, present.SayHeading(c.Name), present.SaySentence(c.Message))
		if !c.Hint.IsZero() {
			b.WriteString(" " + present.SaySentence(c.Hint))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// bundle writes the files of a zip; after the first error nothing more.
type bundle struct {
	zip  *zip.Writer
	mask *mask.Masker
	err  error
}

func (b *bundle) file(name string, content []byte) {
	if b.err != nil {
		return
	}
	f, err := b.zip.Create(name)
	if err == nil {
		_, err = f.Write(content)
	}
	b.err = err
}

func (b *bundle) masked(checks []Check) []Check {
	out := make([]Check, len(checks))
	for i, c := range checks {
		out[i] = c.mask(b.mask)
	}
	return out
}

// part is one file of JSON.
type part struct {
	name  string
	value any
	err   error
}

func (b *bundle) part(p part) {
	var content []byte
	err := p.err
	if err == nil {
		content, err = b.mask.JSON(p.value)
	}
	if err != nil {
		content = []byte(b.mask.Text("could not be read: " + err.Error()))
	}
	b.file(p.name, content)
}

// parts reads what is packed.
func (c *checkup) parts(ctx context.Context, checks []Check) []part {
	jobs, jobsErr := c.api.Jobs(ctx, store.JobQuery{States: []queue.State{queue.Running, queue.Retrying, queue.Dead, queue.Parked, queue.Skipped}, Limit: someJobs})
	history, historyErr := c.api.History(ctx, store.HistoryQuery{Limit: someHistory})
	outages, outagesErr := c.api.Outages(ctx, api.OutageQuery{})
	reports, reportsErr := c.api.Reports(ctx, someReports)
	return []part{
		{"checks.json", checkList(checks), nil},
		{"about.json", c.about(), nil},
		{"settings.json", c.settings(), c.err},
		{"snapshot.json", c.snap, c.err},
		{"queue.json", jobs.Jobs, jobsErr},
		{"history.json", history, historyErr},
		{"outages.json", outages, outagesErr},
		{"reports.json", reports, reportsErr},
	}
}

// checkList names the fields so that the masker knows which are ours.
func checkList(checks []Check) []map[string]any {
	var out []map[string]any
	for _, c := range checks {
		out = append(out, map[string]any{"what": c.Name, "state": c.State, "message": c.Message, "hint": c.Hint})
	}
	return out
}

// about is what this program is made of.
func (c *checkup) about() map[string]any {
	out := map[string]any{"version": c.env.Version, "os": runtime.GOOS, "arch": runtime.GOARCH, "go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, at := range info.Settings {
			if at.Key == "vcs.revision" {
				out["code"] = at.Value[:min(len(at.Value), revision)]
			}
		}
	}
	return out
}

// settings lists the options with their values. A value that must come from a closed
// list says nothing about anybody.
func (c *checkup) settings() []map[string]any {
	var out []map[string]any
	for _, o := range config.Options() {
		line := map[string]any{"what": o.Name, "value": o.Get(c.set.Values)}
		switch {
		case o.Name == "path-map":
			line["value"] = c.set.Values.PathMap
		case len(o.Choices) > 0:
			line = map[string]any{"what": o.Name, "state": o.Get(c.set.Values)}
		case o.Group == config.Connections || o.Name == "plextv-url":
			line = map[string]any{"what": o.Name, "detail": o.Get(c.set.Values)}
		}
		out = append(out, line)
	}
	for name, has := range map[string]bool{"stash-api-key": c.set.HasAPIKey, "plex-token": c.set.HasToken} {
		out = append(out, map[string]any{"what": name, "stored": has})
	}
	return append(out, map[string]any{"what": "secrets", "secretsIn": c.set.SecretsIn, "overridden": len(c.set.Overridden)})
}

// version is how programs number themselves.
var version = regexp.MustCompile(`^v?\d+(?:\.\d+)*(?:[-+.][0-9a-z.-]*)?$`)

// masker knows what the checks have learnt of the household.
func (c *checkup) masker() *mask.Masker {
	m := mask.New()
	for _, v := range []string{c.env.Version, c.snap.Version, c.snap.Stash.Name, c.snap.Plex.Name} {
		if version.MatchString(v) {
			m.Keep(v)
		}
	}
	if c.env.Secrets != nil {
		for _, s := range c.env.Secrets() {
			m.Secret(s)
		}
	}
	for _, address := range []string{c.set.Values.StashURL, c.set.Values.PlexURL} {
		if u, err := url.Parse(address); err == nil {
			m.Host(u.Hostname())
		}
	}
	for _, l := range c.plex.Libraries {
		m.Name(l.Title)
		for _, at := range l.Locations {
			m.Path(at)
		}
	}
	f := c.set.Values.Filter
	for _, name := range slices.Concat(c.set.Values.Libraries, f.Tags.Only, f.Tags.Never, f.Studios.Only, f.Studios.Never) {
		m.Name(name)
	}
	for _, r := range c.set.Values.PathMap {
		m.Path(r.Stash)
		m.Path(r.Plex)
	}
	for _, at := range slices.Concat(c.paths.Unmatched, f.Paths.Only, f.Paths.Never, []string{c.env.DataDir}) {
		m.Path(at)
	}
	return m
}

// tail reads the last lines of a file; none when it cannot be read.
func tail(name string) []string {
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	from := max(0, info.Size()-logTail)
	data, err := io.ReadAll(io.NewSectionReader(f, from, logTail))
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if from > 0 && len(lines) > 1 {
		lines = lines[1:] // the first one is cut
	}
	return lines
}
