package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"lockstep/app"
)

// secretsIn tells where a shell's secrets are and which are set.
func (s *shell) secretsIn() (where string, key, token bool) {
	s.t.Helper()
	var out struct {
		SecretsIn           string
		HasAPIKey, HasToken bool
	}
	s.json(app.ExitFine, &out, "settings")
	return out.SecretsIn, out.HasAPIKey, out.HasToken
}

func (s *shell) set(name, value string) result {
	s.t.Helper()
	s.in = value + "\n"
	return s.run("secret", "set", name)
}

// Not parallel, like the next: the keyring of the process is replaced.
func TestSecretsLiveInTheKeyring(t *testing.T) {
	keyring.MockInit()
	s := newShell(t)
	if r := s.set("plex-token", "token-in-keyring"); r.code != app.ExitFine || strings.Contains(r.out+r.err, "token-in-keyring") {
		t.Fatalf("code %d: %s%s", r.code, r.out, r.err)
	}
	if where, key, token := s.secretsIn(); where != "keyring" || key || !token {
		t.Errorf("in %q, key %v, token %v", where, key, token)
	}
	inFiles(t, s.dir(), "token-in-keyring", false)
	other := newShell(t)
	if _, _, token := other.secretsIn(); token {
		t.Error("two data folders share a token")
	}
	s.env["LOCKSTEP_PLEX_TOKEN"] = "token-of-the-environment"
	if where, _, _ := s.secretsIn(); where != "environment" {
		t.Errorf("with a variable: in %q", where)
	}
	if r := s.set("plex-token", "another-token"); r.code != app.ExitError || !strings.Contains(r.err, "LOCKSTEP_PLEX_TOKEN") {
		t.Errorf("storing what a variable gives: code %d: %s", r.code, r.err)
	}
	delete(s.env, "LOCKSTEP_PLEX_TOKEN")
	if r := s.run("secret", "delete", "plex-token"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if _, _, token := s.secretsIn(); token {
		t.Error("a deleted token is still there")
	}
}

func TestWithoutAKeyringAFileWantsConsent(t *testing.T) {
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)
	t.Cleanup(keyring.MockInit)
	s := newShell(t)
	if r := s.set("plex-token", "token-without-home"); r.code != app.ExitError || !strings.Contains(r.err, "secret-in-file") {
		t.Fatalf("without consent: code %d: %s", r.code, r.err)
	}
	inFiles(t, s.dir(), "token-without-home", false)
	if r := s.run("settings", "set", "secret-in-file", "yes"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	for _, name := range []string{"plex-token", "stash-api-key"} {
		if r := s.set(name, "kept-"+name); r.code != app.ExitFine {
			t.Fatalf("with consent: code %d: %s", r.code, r.err)
		}
	}
	if where, key, token := s.secretsIn(); where != "file" || !key || !token {
		t.Errorf("in %q, key %v, token %v", where, key, token)
	}
	file := filepath.Join(s.dir(), app.SecretsName)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}

	// A keyring that comes later takes everything over before the file goes.
	keyring.MockInit()
	if r := s.set("plex-token", "new-token"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if where, key, token := s.secretsIn(); where != "keyring" || !key || !token {
		t.Errorf("later: in %q, key %v, token %v", where, key, token)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)

	// Withdrawn consent removes the file.
	if r := s.set("plex-token", "token-again"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	inFiles(t, s.dir(), "token-again", true)
	if r := s.run("settings", "set", "secret-in-file", "no"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	inFiles(t, s.dir(), "token-again", false)
}

// One secret in a variable says nothing about where another one would be kept.
func TestASecretOfTheEnvironmentKeepsNoOther(t *testing.T) {
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform)
	t.Cleanup(keyring.MockInit)
	s := newShell(t)
	s.env["LOCKSTEP_PLEX_TOKEN"] = "token-of-the-environment"
	if where, _, _ := s.secretsIn(); where != "environment" {
		t.Errorf("with nothing stored: in %q", where)
	}
	if r := s.set("stash-api-key", "key-without-home"); r.code != app.ExitError || !strings.Contains(r.err, "secret-in-file") {
		t.Errorf("without consent: code %d: %s%s", r.code, r.out, r.err)
	}
	if r := s.run("settings", "set", "secret-in-file", "yes"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	r := s.set("stash-api-key", "key-in-file")
	if r.code != app.ExitFine || !strings.Contains(r.out, "Stored in a file that only you can read.") {
		t.Errorf("with consent: code %d: %s%s", r.code, r.out, r.err)
	}
	if where, key, token := s.secretsIn(); where != "file" || !key || !token {
		t.Errorf("in %q, key %v, token %v", where, key, token)
	}
	delete(s.env, "LOCKSTEP_PLEX_TOKEN")
	s.env["LOCKSTEP_STASH_API_KEY"] = "key-of-the-environment"
	if where, _, _ := s.secretsIn(); where != "environment" {
		t.Errorf("with the stored one overridden: in %q", where)
	}
}

func TestSecretsComeFromFilesOfTheEnvironment(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("token-of-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["LOCKSTEP_PLEX_TOKEN_FILE"] = file
	if where, _, token := s.secretsIn(); where != "environment" || !token {
		t.Errorf("in %q, token %v", where, token)
	}
	s.env["LOCKSTEP_PLEX_TOKEN_FILE"] = file + ".missing"
	if r := s.run("settings"); r.code != app.ExitError || !strings.Contains(r.err, "LOCKSTEP_PLEX_TOKEN_FILE") {
		t.Errorf("a missing file: code %d: %s", r.code, r.err)
	}
}
