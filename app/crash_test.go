package app

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/sync/mask"
)

// crashEnv has the test binary crash with that data folder: nothing else can show what
// the runtime leaves.
const crashEnv = "LOCKSTEP_TEST_CRASH"

const crashSecret = "canary-crash-7be1-token"

func init() {
	dir := os.Getenv(crashEnv)
	if dir == "" {
		return
	}
	if _, err := recordCrash(dir, crashName); err != nil {
		panic(err)
	}
	panic("harbour on fire, " + crashSecret)
}

func TestCrashIsInTheLogOfTheNextRunWithoutSecrets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	env := map[string]string{"LOCKSTEP_DATA_DIR": dir, "LOCKSTEP_NO_KEYRING": "1", "LOCKSTEP_PLEX_TOKEN": crashSecret, "HOME": t.TempDir()}
	once := func() {
		Main(context.Background(), Program{
			Version: "test", Args: []string{"headless", "--once"}, In: strings.NewReader(""), Out: &strings.Builder{}, Err: &strings.Builder{},
			Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		}) // it ends in a fault, as no server is set: what it writes before is what counts
	}
	once()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashEnv+"="+dir)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "harbour on fire") {
		t.Fatalf("the program did not crash: %v %s", err, out)
	}
	once()
	log, err := os.ReadFile(filepath.Join(dir, LogName))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(log), "harbour on fire, "+mask.Hidden); n != 1 || !strings.Contains(string(log), "crash_test.go") {
		t.Errorf("the log tells of the crash %d times:\n%s", n, log)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "crash*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if strings.Contains(string(log), crashSecret) {
		t.Error("the secret is in the log")
	}
	once()
	if again, _ := os.ReadFile(filepath.Join(dir, LogName)); strings.Count(string(again), "harbour on fire") != 1 {
		t.Error("the crash is told of twice")
	}
}
