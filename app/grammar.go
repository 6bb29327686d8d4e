package app

import (
	"time"

	"github.com/alecthomas/kong"

	"lockstep/sync/config"
)

// about is in --help above the commands.
const about = `Keeps a Plex library in step with Stash.

Without a command Lockstep starts in the tray of the desktop. Every command takes --json for machines. While Lockstep runs, commands talk to it; otherwise they open the data folder themselves.

Every setting is also a flag and a variable, for example --stash-url and LOCKSTEP_STASH_URL; "lockstep settings --help" lists them. A flag takes precedence over a variable, a variable over what is stored. Secrets cannot be flags: LOCKSTEP_STASH_API_KEY and LOCKSTEP_PLEX_TOKEN, or the same with _FILE for the name of a file.

Exit codes: 0 fine, 1 error, 2 wrong usage, 3 finished, but a scene failed, or was skipped for a reason that needs you.`

// grammar is the command line. kong fills it.
type grammar struct {
	DataDir   string `name:"data-dir" placeholder:"DIR" help:"Where Lockstep keeps its data (default: lockstep in your system's usual data folder)."`
	JSON      bool   `name:"json" help:"Answer in JSON."`
	LogLevel  string `name:"log-level" enum:"debug,info,warn,error," default:"" placeholder:"LEVEL" help:"What to log: debug, info, warn or error (default: info; warn for commands)."`
	LogFormat string `name:"log-format" enum:"auto,text,json" default:"auto" placeholder:"FORMAT" help:"Log format on the terminal: auto, text or json."`

	demoFlags

	kong.Plugins

	Tray           trayCmd           `cmd:"" default:"withargs" help:"Start in the tray (this is what happens without a command)."`
	Headless       headlessCmd       `cmd:"" help:"Run without a desktop, for servers; --once syncs everything and exits."`
	Sync           syncCmd           `cmd:"" help:"Check Stash for edits now, write them to Plex and exit."`
	Status         statusCmd         `cmd:"" help:"Show the current state, and what was done today."`
	Queue          queueCmd          `cmd:"" help:"List the jobs."`
	Retry          retryCmd          `cmd:"" help:"Retry jobs now."`
	Discard        discardCmd        `cmd:"" help:"Remove jobs from the queue."`
	Outages        outagesCmd        `cmd:"" help:"List the outages of Plex."`
	Reconcile      reconcileCmd      `cmd:"" help:"Compare both libraries and queue what differs."`
	Explain        explainCmd        `cmd:"" help:"Explain why a scene is, or is not, in step."`
	Reports        reportsCmd        `cmd:"" help:"List reconciliations, or show one."`
	History        historyCmd        `cmd:"" help:"List what was written."`
	Statistics     statisticsCmd     `cmd:"" help:"Count by day what was written, right already, skipped, failed and retried, and the requests."`
	Activity       activityCmd       `cmd:"" help:"Show what Stash learns from Plex: plays, resume points and ratings; decide what waits."`
	Collections    collectionsCmd    `cmd:"" help:"Show what collections lack of pictures and descriptions, or write it."`
	Undo           undoCmd           `cmd:"" help:"Undo: restore what was written, in Plex or in Stash, to what it was before."`
	Pause          pauseCmd          `cmd:"" help:"Stop writing for a while."`
	Resume         resumeCmd         `cmd:"" help:"Resume after a pause."`
	Import         importCmd         `cmd:"" help:"Import outages, scenes and settings from the Stash2Plex plugin."`
	Config         settingsCmd       `cmd:"" name:"settings" help:"Show and change the settings."`
	Secret         secretCmd         `cmd:"" help:"Store or delete the API key of Stash or the token of Plex."`
	TestConnection testConnectionCmd `cmd:"" name:"test-connection" help:"Test the connections to Stash and Plex."`
	Doctor         doctorCmd         `cmd:"" help:"Check servers, libraries, paths, disk and desktop; --bundle writes a report for support."`
	Sim            simCmd            `cmd:"" help:"Run simulated Stash and Plex servers with sample data."`
	Window         windowCmd         `cmd:"" hidden:"" help:"Show a window of the running Lockstep."`
	Version        versionCmd        `cmd:"" help:"Print the version."`
}

type trayCmd struct {
	Hidden bool `help:"Start quietly, without a window; this is what autostart uses."`
}

type headlessCmd struct {
	Once    bool          `help:"Check for edits, write them, print a summary and exit."`
	MaxWait time.Duration `name:"max-wait" default:"2m" placeholder:"SPAN" help:"With --once: how long to wait for retries and for servers that are away (default: 2m)."`
}

type syncCmd struct {
	All     bool          `help:"Compare every scene again, not only edited ones."`
	Scene   []string      `placeholder:"ID" help:"Sync these scenes; separate several by commas."`
	MaxWait time.Duration `name:"max-wait" default:"2m" placeholder:"SPAN" help:"How long to wait for retries and for servers that are away (default: 2m)."`
}

type statusCmd struct{}

type queueCmd struct {
	State  []string `placeholder:"STATE" help:"Only jobs in these states: queued, in-progress, retrying, not-in-plex, failed, skipped, in-step."`
	Search string   `placeholder:"TEXT" help:"Only jobs with this in their title or id."`
	Limit  int      `default:"100" placeholder:"N" help:"At most this many jobs (default: 100)."`
	Offset int      `default:"0" placeholder:"N" help:"Skip this many jobs first."`
}

type retryCmd struct {
	Scene []string `arg:"" optional:"" name:"id" help:"Ids of scenes."`
	Dead  bool     `name:"failed" aliases:"dead" help:"All failed jobs."`
}

type discardCmd struct {
	Scene []string `arg:"" optional:"" name:"id" help:"Ids of scenes."`
	Dead  bool     `name:"failed" aliases:"dead" help:"All failed jobs."`
}

type outagesCmd struct {
	Window string `default:"30d" placeholder:"SPAN" help:"How far to look back, for example 7d (default: 30d)."`
}

type reconcileCmd struct {
	Scope   string `default:"all" placeholder:"SCOPE" help:"What to compare: all, 24h, 7days, library:TITLE or scene:ID (default: all)."`
	Preview bool   `help:"Write nothing; show what would be written."`
	Deep    bool   `help:"Read every item's details instead of trusting Plex's timestamps."`
	Yes     bool   `help:"Continue even if many values would be cleared or overwritten."`
}

type explainCmd struct {
	Query string `arg:"" help:"Id, title or file path of a scene."`
}

type reportsCmd struct {
	ID    uint64 `arg:"" optional:"" help:"A report; without it the reports are listed."`
	CSV   bool   `name:"csv" help:"Write the rows of the report as CSV."`
	Limit int    `default:"20" placeholder:"N" help:"At most this many reports (default: 20)."`
}

type historyCmd struct {
	Search string `placeholder:"TEXT" help:"Only scenes with this in their title."`
	Scene  string `placeholder:"ID" help:"Only this scene."`
	Limit  int    `default:"50" placeholder:"N" help:"At most this many lines (default: 50)."`
	Runs   bool   `help:"List runs instead of scenes; their ids are for undo."`
}

type statisticsCmd struct {
	Days int `default:"30" placeholder:"N" help:"The last N days, today included (default: 30); 0 for all that are kept, which are 400 at most."`
}

type activityCmd struct {
	Preview    bool `xor:"what" help:"Ask Plex now and show what would be written to Stash; write nothing."`
	Yes        bool `xor:"what" help:"Write to Stash what waits; what comes later is written by itself."`
	FromNowOn  bool `name:"from-now-on" xor:"what" help:"Skip what waits for good; what comes later is written by itself."`
	Everything bool `help:"List also what was written, or was in Stash already."`
	Limit      int  `default:"50" placeholder:"N" help:"At most this many lines (default: 50)."`
}

type collectionsCmd struct {
	Write bool `help:"Write it now."`
	Yes   bool `help:"Write it now, and also what the mass-change brake holds."`
}

type undoCmd struct {
	RunID uint64 `name:"run" placeholder:"ID" xor:"what" required:"" help:"Everything a run wrote; see history --runs."`
	Scene string `placeholder:"ID" xor:"what" required:"" help:"The last write of this scene."`
}

type pauseCmd struct {
	For string `arg:"" optional:"" name:"span" help:"How long, for example 30m or 2h; without it until resume."`
}

type resumeCmd struct{}

type importCmd struct {
	Dir     string `arg:"" optional:"" name:"dir" help:"Data folder of the plugin; without it only its settings are read, from Stash."`
	Preview bool   `help:"Change nothing; show what would be imported."`
}

type settingsCmd struct {
	Show   settingsShowCmd   `cmd:"" default:"1" help:"List the settings with their values."`
	Set    settingsSetCmd    `cmd:"" help:"Change one setting."`
	Preset settingsPresetCmd `cmd:"" help:"List the presets of all fields, show what one would change, or take it."`
	Export settingsExportCmd `cmd:"" help:"Write the settings as JSON, without secrets."`
	Import settingsImportCmd `cmd:"" help:"Read settings from JSON."`
}

type settingsShowCmd struct{}

type settingsSetCmd struct {
	Name  string `arg:"" help:"Name of a setting, as listed by settings show."`
	Value string `arg:"" help:"Its new value."`
}

type settingsPresetCmd struct {
	Name string `arg:"" optional:"" help:"lockstep, stash2plex or plex-agent; without it the presets are listed."`
	Yes  bool   `help:"Take the preset. Without it nothing is changed."`
}

type settingsExportCmd struct {
	File string `arg:"" optional:"" help:"Where to write; without it to the terminal."`
}

type settingsImportCmd struct {
	File string `arg:"" help:"What to read; - reads standard input."`
}

type secretCmd struct {
	Set    secretSetCmd    `cmd:"" help:"Store a secret; it is read from standard input, never from an argument."`
	Delete secretDeleteCmd `cmd:"" help:"Delete a secret."`
}

type secretSetCmd struct {
	Name string `arg:"" enum:"stash-api-key,plex-token,stash-login,plex-login" help:"stash-api-key, plex-token, or user:password for a proxy: stash-login, plex-login."`
}

type secretDeleteCmd struct {
	Name string `arg:"" enum:"stash-api-key,plex-token,stash-login,plex-login" help:"stash-api-key, plex-token, or user:password for a proxy: stash-login, plex-login."`
}

type testConnectionCmd struct {
	Server string `arg:"" optional:"" enum:"stash,plex,both" default:"both" help:"stash or plex; both without it."`
}

type simCmd struct {
	Scenes    int           `default:"200" placeholder:"N" help:"How many scenes (default: 200)."`
	Seed      uint64        `default:"1" placeholder:"N" help:"Seed of the sample library (default: 1)."`
	StashPort int           `name:"stash-port" default:"0" placeholder:"PORT" help:"Port of Stash; 0 takes a free one."`
	PlexPort  int           `name:"plex-port" default:"0" placeholder:"PORT" help:"Port of Plex; 0 takes a free one."`
	APIKey    bool          `name:"api-key" help:"Make Stash require an API key."`
	Clean     bool          `help:"A clean library, without the flaws of real ones."`
	Changes   time.Duration `default:"0s" placeholder:"SPAN" help:"Edit something in Stash this often."`
	Fault     []string      `placeholder:"SERVER:EFFECT[:KIND]" help:"Make requests to a server fail, such as plex:503:list or stash:bomb; may be given several times."`
}

type windowCmd struct {
	Name   string `arg:"" default:"main" help:"main, overview, queue, reports, preview, history, outages, explain, doctor, settings, welcome or manual."`
	Pipe   bool   `hidden:"" help:"Read further windows to show from standard input; its end closes all."`
	ByHand bool   `name:"by-hand" hidden:"" help:"A person started Lockstep and may not know its tray icon."`
}

type versionCmd struct{}

// settingsGroup is the group of the flags made from config.Options in help.
const settingsGroup = "settings"

// optionNames lists the names of all settings.
func optionNames() []string {
	var names []string
	for _, o := range config.Options() {
		names = append(names, o.Name)
	}
	return names
}
