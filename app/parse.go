package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"lockstep/sync/config"
	"lockstep/sync/message"
)

// session is one parsed command line with everything its command needs.
type session struct {
	Program
	ctx  context.Context
	g    *grammar
	kctx *kong.Context
	dir  string
	over override
	log  *logs
	// foreign is true when another user's process listens where ours would.
	foreign bool
	// asking is what the brake asks, to be said in the language of the terminal.
	asking message.Message
}

// parse reads the arguments. done is true when help was asked for and printed.
func (p Program) parse(ctx context.Context) (s *session, done bool, err error) {
	s = &session{Program: p, ctx: ctx, g: &grammar{}}
	options := optionFlags()
	s.g.Plugins = kong.Plugins{options.Interface()}
	parser, err := s.parser(&done)
	if err != nil {
		return nil, false, fmt.Errorf("build the command line: %w", err)
	}
	if s.kctx, err = parser.Parse(p.Args); done || err != nil {
		return nil, done, err
	}
	if err = notNegative(s.kctx); err != nil {
		return nil, false, err
	}
	if s.g.Demo { // nothing of the user's but the language may leak into it
		s.Env = ofOthers(p.Env)
	}
	if s.over, err = readOverride(options.Elem(), s.Env); err != nil {
		return nil, false, err
	}
	if err = p.saneDir(s.g.DataDir); err != nil {
		return nil, false, err
	}
	if s.dir, err = dataDir(s.g.DataDir, s.g.Demo, p.Env); err != nil {
		return nil, false, err
	}
	s.log = newLogs(s.Err, s.g.LogFormat)
	return s, false, nil
}

func (s *session) parser(done *bool) (*kong.Kong, error) {
	return kong.New(s.g,
		kong.Name("lockstep"), kong.Description(about),
		kong.Writers(s.Out, s.Err), kong.Exit(func(int) { *done = true }),
		kong.Resolvers(fromEnv(s.Env)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Help(help),
		kong.ExplicitGroups([]kong.Group{{Key: settingsGroup, Title: "Settings:"}}),
	)
}

// notNegative refuses numbers and spans below zero: of no flag do they mean anything.
func notNegative(ctx *kong.Context) error {
	for _, f := range ctx.Flags() {
		if f.Target.CanInt() && f.Target.Int() < 0 {
			return fmt.Errorf("--%s must not be negative", f.Name)
		}
	}
	return nil
}

// help hides the flags of the settings except where they are looked for: there are fifty.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	full := ctx.Selected() != nil && slices.Contains([]string{"settings", "headless"}, ctx.Selected().Name)
	for _, f := range ctx.Model.Flags {
		if f.Group != nil && f.Group.Key == settingsGroup {
			f.Hidden = !full
		}
	}
	return kong.DefaultHelpPrinter(o, ctx)
}

// run carries out the chosen command.
func (s *session) run() error {
	switch strings.Fields(s.kctx.Command())[0] {
	case "version", "sim": // they need no data folder
	default:
		if err := s.folder(); err != nil {
			return err
		}
	}
	return s.kctx.Run(s)
}

// ofOthers is the environment without what is Lockstep's own.
func ofOthers(env func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if strings.HasPrefix(name, ownPrefix) {
			return "", false
		}
		return env(name)
	}
}

// ownPrefix begins the names of Lockstep's own variables.
const ownPrefix = "LOCKSTEP_"

// fieldName is a Go name for the i-th setting.
func fieldName(i int) string { return "Option" + strconv.Itoa(i) }

// optionFlags makes a pointer to a struct with one flag per setting. A flag that is
// not given stays nil.
func optionFlags() reflect.Value {
	var fields []reflect.StructField
	for i, o := range config.Options() {
		words := o.Words
		if o.Range != "" {
			words += " (" + o.Range + ")"
		}
		if o.Choices != nil {
			words += " (" + strings.Join(o.Choices, ", ") + ")"
		}
		tag := fmt.Sprintf(`name:%q group:%q placeholder:"VALUE" help:%q`, o.Name, settingsGroup, words+" $"+o.Env())
		fields = append(fields, reflect.StructField{
			Name: fieldName(i), Type: reflect.TypeFor[*string](), Tag: reflect.StructTag(tag),
		})
	}
	return reflect.New(reflect.StructOf(fields))
}

// fromEnv takes the global flags that were not given from LOCKSTEP_ variables. Those of
// single commands are not taken: a variable for --yes would be a trap.
func fromEnv(env func(string) (string, bool)) kong.ResolverFunc {
	global := []string{"data-dir", "log-level", "log-format"}
	return func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
		if !slices.Contains(global, f.Name) {
			return nil, nil
		}
		v, ok := env(config.Option{Name: f.Name}.Env())
		if !ok || v == "" {
			return nil, nil
		}
		return v, nil
	}
}

// override holds the settings given as flags or variables.
type override struct {
	values map[string]string // by name of the setting
	from   map[string]string // the flag or variable of each
	flags  []string          // those given as flags
}

// readOverride collects flags and variables, flags first, and checks each value.
func readOverride(flags reflect.Value, env func(string) (string, bool)) (override, error) {
	o := override{values: map[string]string{}, from: map[string]string{}}
	var errs []error
	for i, opt := range config.Options() {
		from := "--" + opt.Name
		v := flags.FieldByName(fieldName(i)).Interface().(*string) //nolint:forcetypeassert // made above
		if v != nil {
			o.flags = append(o.flags, opt.Name)
		} else if text, ok := env(opt.Env()); ok && text != "" {
			from, v = opt.Env(), &text
		}
		if v == nil {
			continue
		}
		scratch := config.Defaults()
		if err := opt.Set(&scratch, *v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", from, err))
			continue
		}
		o.values[opt.Name], o.from[opt.Name] = *v, from
	}
	return o, errors.Join(errs...)
}

// with adds values that beat flags and variables, for what the process was started with.
func (o override) with(values map[string]string, from string) override {
	all := override{maps.Clone(o.values), maps.Clone(o.from), o.flags}
	for name, v := range values {
		all.values[name], all.from[name] = v, from
	}
	return all
}

// names lists the settings that are overridden, in their usual order.
func (o override) names() []string {
	var names []string
	for _, n := range optionNames() {
		if _, ok := o.values[n]; ok {
			names = append(names, n)
		}
	}
	return names
}

// apply puts flags and variables over stored settings.
func (o override) apply(s *config.Settings) error {
	for _, n := range o.names() {
		opt, _ := config.Lookup(n)
		if err := opt.Set(s, o.values[n]); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
	}
	return nil
}
