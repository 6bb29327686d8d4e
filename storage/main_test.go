package storage_test

import (
	"fmt"
	"os"
	"testing"
)

// roleVariable makes the test binary act as a child process of a test.
const roleVariable = "STORAGE_TEST_ROLE"

// roles are what a child process can do with a data folder; each ends the process's work.
var roles = map[string]func(dir string) error{
	"write until killed": writeUntilKilled,
	"hold":               hold,
}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
