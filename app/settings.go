package app

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/decode"
	"lockstep/sync/engine"
	"lockstep/sync/file"
)

// settingsJSON is what `settings --json` prints, by the names of the options.
type settingsJSON struct {
	Settings   map[string]string `json:"settings"`
	Overridden map[string]string `json:"overridden"` // by the flag or variable named
	HasAPIKey  bool              `json:"hasApiKey"`
	HasToken   bool              `json:"hasToken"`
	StashLogin bool              `json:"hasStashLogin"`
	PlexLogin  bool              `json:"hasPlexLogin"`
	SecretsIn  api.SecretPlace   `json:"secretsIn"`
}

// Run lists the settings.
func (c *settingsShowCmd) Run(s *session) error {
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		out := settingsJSON{map[string]string{}, dict(st.Overridden), st.HasAPIKey, st.HasToken, st.HasStashLogin, st.HasPlexLogin, st.SecretsIn}
		for _, o := range config.Options() {
			out.Settings[o.Name] = o.Get(st.Values)
		}
		s.answer(out, func() { s.settings(st) })
		return nil
	})
}

func (s *session) settings(st api.Settings) {
	for _, g := range config.Groups() {
		s.say("%s", g)
		for _, o := range config.Options() {
			if o.Group != g {
				continue
			}
			from := ""
			if by := st.Overridden[o.Name]; by != "" {
				from = "  (from " + by + ")"
			}
			s.say("  %-20s %s%s", o.Name, o.Get(st.Values), from)
		}
	}
	set := map[bool]string{true: "set", false: "not set"}
	s.say("Secrets\n  %-20s %s\n  %-20s %s", engine.StashAPIKey, set[st.HasAPIKey], engine.PlexToken, set[st.HasToken])
	s.say("  %-20s %s\n  %-20s %s", engine.StashLogin, set[st.HasStashLogin], engine.PlexLogin, set[st.HasPlexLogin])
	if st.HasAPIKey || st.HasToken || st.HasStashLogin || st.HasPlexLogin {
		s.say("  %s", present.SecretPlace(st.SecretsIn))
	}
}

// Run changes one setting.
func (c *settingsSetCmd) Run(s *session) error {
	o, ok := config.Lookup(c.Name)
	if !ok {
		return errUsage{fmt.Errorf("there is no setting %q; see `lockstep settings`", c.Name)}
	}
	return s.save(func(v *config.Settings) ([]string, error) {
		if err := o.Set(v, c.Value); err != nil {
			return nil, errUsage{fmt.Errorf("%s: %w", c.Name, err)}
		}
		return []string{o.Name}, nil
	}, func(v config.Settings) { s.say("%s is now %s.", o.Name, cmp.Or(o.Get(v), "empty")) })
}

// Run reads settings from a file.
func (c *settingsImportCmd) Run(s *session) error {
	data, err := c.read(s.In)
	if err != nil {
		return err
	}
	return s.save(func(v *config.Settings) ([]string, error) { return importSettings(data, v) },
		func(config.Settings) { s.say("Settings imported. Secrets are not part of them.") })
}

// largestSettings bounds what is read as settings: real ones have a few kilobytes.
var largestSettings = decode.Limit{Bytes: 1 << 20}

func (c *settingsImportCmd) read(in io.Reader) ([]byte, error) {
	if c.File == "-" {
		return readSettings(in)
	}
	f, err := file.Open(c.File)
	if errors.Is(err, file.ErrNotFile) {
		return nil, errUsage{fmt.Errorf("%s is not a file; give a settings export, or - for standard input", c.File)}
	}
	if err != nil {
		return nil, wrap("read the settings", err)
	}
	defer f.Close()
	return readSettings(f)
}

func readSettings(in io.Reader) ([]byte, error) {
	data, err := decode.Read(in, largestSettings)
	if errors.Is(err, decode.ErrTooLarge) {
		return nil, errUsage{errors.New("this is not a settings export: it is larger than 1 MB")}
	}
	return data, wrap("read the settings", err)
}

// importSettings reads what `settings export` writes. Names it does not know are an
// error: a typing mistake must not pass for a setting.
func importSettings(data []byte, into *config.Settings) (names []string, err error) {
	values := map[string]string{}
	if err := json.Unmarshal(text(data), &values); err != nil {
		return nil, errUsage{fmt.Errorf("this is not a settings export: %w", err)}
	}
	if len(values) == 0 {
		return nil, errUsage{errors.New("this is not a settings export: there is none in it")}
	}
	var errs []error
	for name, v := range values {
		o, ok := config.Lookup(name)
		if !ok {
			errs = append(errs, fmt.Errorf("there is no setting %q", name))
			continue
		}
		if err := o.Set(into, v); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, errUsage{err}
	}
	return slices.Sorted(maps.Keys(values)), nil
}

// save changes the stored settings: those that change names, and no other. What flags
// and variables put over them is never stored by this.
func (s *session) save(change func(*config.Settings) ([]string, error), words func(config.Settings)) error {
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		next := st.Values.Clone()
		names, err := change(&next)
		if err != nil {
			return err
		}
		if err := a.SaveSettings(s.ctx, api.SettingsChange{Values: next, Chosen: names}); err != nil {
			return err
		}
		hidden := hiddenBy(names, next, st)
		s.answer(savedJSON{true, hidden}, func() {
			words(next)
			for _, name := range slices.Sorted(maps.Keys(hidden)) {
				o, _ := config.Lookup(name)
				s.say("But %s sets %s=%s, which takes precedence until it is removed.", hidden[name], name, o.Get(st.Values))
			}
		})
		return nil
	})
}

// hiddenBy tells which flag or variable keeps a stored setting from taking effect.
func hiddenBy(names []string, stored config.Settings, in api.Settings) map[string]string {
	hidden := map[string]string{}
	for _, name := range names {
		o, ok := config.Lookup(name)
		if by := in.Overridden[name]; ok && by != "" && o.Get(stored) != o.Get(in.Values) {
			hidden[name] = by
		}
	}
	return hidden
}

// savedJSON is what `settings set --json` and `settings import --json` print.
type savedJSON struct {
	OK bool `json:"ok"`
	// Overridden are those that were stored without effect, by name, with the flag or
	// variable that has the last word.
	Overridden map[string]string `json:"overridden"`
}

type okJSON struct {
	OK bool `json:"ok"`
}

// Run writes the settings as JSON.
func (c *settingsExportCmd) Run(s *session) error {
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		values := map[string]string{}
		for _, o := range config.Options() {
			values[o.Name] = o.Get(st.Values)
		}
		maps.Copy(values, st.Stored)
		if err := c.write(s, values); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(st.Stored)) {
			if o, ok := config.Lookup(name); ok && st.Stored[name] != o.Get(st.Values) {
				_, _ = fmt.Fprintf(s.Err, "lockstep: %s is exported as stored; %s currently overrides it\n", name, st.Overridden[name])
			}
		}
		return nil
	})
}

func (c *settingsExportCmd) write(s *session, values map[string]string) error {
	if c.File == "" {
		s.print(values)
		return nil
	}
	data, err := json.MarshalIndent(values, "", "  ")
	if err == nil {
		err = os.WriteFile(c.File, append(data, '\n'), 0o600)
	}
	return wrap("write the settings", err)
}

// secretLimit bounds what is read as a secret; a Stash key is a JWT of some 200 bytes.
const secretLimit = 8 << 10

// Run stores a secret from standard input.
func (c *secretSetCmd) Run(s *session) error {
	in := io.LimitReader(s.In, secretLimit)
	read := io.ReadAll
	if isTerminal(s.In) {
		_, _ = fmt.Fprintf(s.Err, "Paste the %s and press Enter:\n", c.Name)
		read = func(in io.Reader) ([]byte, error) {
			line := bufio.NewScanner(in)
			line.Scan()
			return line.Bytes(), line.Err()
		}
	}
	data, err := read(in)
	if err != nil {
		return wrap("read the secret", err)
	}
	value := strings.TrimSpace(string(text(data)))
	if value == "" {
		return errUsage{errors.New("standard input holds no secret")}
	}
	s.log.Hide(value)
	return s.secret(c.Name, value)
}

// Run deletes a secret.
func (c *secretDeleteCmd) Run(s *session) error { return s.secret(c.Name, "") }

func (s *session) secret(name, value string) error {
	return s.change(func(a api.API, live bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		change := api.SettingsChange{Values: st.Values}
		switch name {
		case engine.StashAPIKey:
			change.APIKey = &value
		case engine.PlexToken:
			change.Token = &value
		case engine.StashLogin:
			change.StashLogin = &value
		case engine.PlexLogin:
			change.PlexLogin = &value
		}
		if err := a.SaveSettings(s.ctx, change); err != nil {
			return err
		}
		if st, err = a.Settings(s.ctx); err != nil {
			return err
		}
		if value != "" && st.SecretsIn == api.InMemory && !live {
			return errForgotten
		}
		s.answer(okJSON{true}, func() { s.say("%s", secretWords(name, value, st.SecretsIn)) })
		return nil
	})
}

func secretWords(name, value string, where api.SecretPlace) string {
	if value == "" {
		return name + " is deleted."
	}
	return name + " is stored. " + present.SecretPlace(where)
}
