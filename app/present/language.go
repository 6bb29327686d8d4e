package present

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// german has the German sentence of each English one.
//
//go:embed de.json
var german []byte

var catalogues = map[string]func() map[string]string{"de": sync.OnceValue(func() map[string]string {
	var m map[string]string
	if err := json.Unmarshal(german, &m); err != nil {
		panic(err) // the file is part of the program, and tested
	}
	return m
})}

// inUse is the catalogue of the language chosen; nil for English.
var inUse atomic.Pointer[map[string]string]

// code is the language in use.
var code atomic.Pointer[string]

// SetLanguage chooses the language of everything this package says from now on, by its
// two letters. What there is no catalogue for is said in English. What was said before
// stays: who keeps words asks Language whether they are still right.
func SetLanguage(letters string) {
	c, ok := catalogues[letters]
	if !ok {
		inUse.Store(nil)
		letters = english
	} else {
		m := c()
		inUse.Store(&m)
	}
	code.Store(&letters)
}

// Language is the language chosen last, as two letters.
func Language() string {
	if c := code.Load(); c != nil {
		return *c
	}
	return english
}

// english is the language of the sources.
const english = "en"

// LanguageOf is the language the environment asks for, as two letters: the first of
// LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set. It is "en" when none is, or one of
// them says C or POSIX.
func LanguageOf(env func(string) (string, bool)) string {
	for _, name := range []string{"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		v, ok := env(name)
		if !ok || v == "" {
			continue
		}
		if at := strings.IndexAny(v, ":_.@-"); at >= 0 {
			v = v[:at]
		}
		if len(v) == 2 {
			return strings.ToLower(v)
		}
		return english
	}
	return english
}

// T says an English sentence in the language chosen, with its blanks filled in as by
// fmt.Sprintf. A sentence that no catalogue knows is said in English.
func T(english string, blanks ...any) string {
	words := english
	if m := inUse.Load(); m != nil {
		if w, ok := (*m)[english]; ok {
			words = w
		}
	}
	if len(blanks) == 0 {
		return words
	}
	return fmt.Sprintf(words, blanks...)
}

// point separates the decimals of a number.
func point() string { return T(".") }

// date writes a day as the language does. Layouts are those of package time.
func date(t time.Time, layout string) string {
	if inUse.Load() == nil {
		return t.Format(ordered(layout))
	}
	words := t.Format(T(layout))
	return strings.NewReplacer(t.Format("Jan"), T(t.Format("Jan")), t.Format("Mon"), T(t.Format("Mon"))).Replace(words)
}
