package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"lockstep/app/present"
)

// print writes a value as JSON, one indented document.
func (s *session) print(v any) {
	e := json.NewEncoder(s.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		_, _ = fmt.Fprintf(s.Err, "lockstep: write the answer: %v\n", err)
	}
}

// say writes a line for people.
func (s *session) say(format string, args ...any) {
	_, _ = fmt.Fprintln(s.Out, plain(fmt.Sprintf(format, args...)))
}

// plain takes out what a terminal would obey instead of show: titles come from outside.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

// answer writes JSON for machines or calls words for people.
func (s *session) answer(v any, words func()) {
	if s.g.JSON {
		s.print(v)
		return
	}
	words()
}

// table writes columns.
func (s *session) table(head []string, rows [][]string) {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, r := range rows {
		cells := make([]string, len(r))
		for i := range r {
			cells[i] = strings.ReplaceAll(plain(r[i]), "\n", " ")
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // a buffer takes everything
	for line := range strings.Lines(out.String()) {
		_, _ = fmt.Fprintln(s.Out, strings.TrimRight(line, " \n")) // a terminal that is gone hears nothing anyway
	}
}

// moment is when words are read.
func moment() present.Moment { return present.Moment{Now: now()} }

// stamp is a time for JSON: null instead of the year 1.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
