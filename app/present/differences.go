package present

import (
	"slices"
	"strings"
	"unicode"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Kind tells what becomes of a piece of a text.
type Kind int

// The kinds of piece.
const (
	Stays Kind = iota
	Removed
	Added
)

// Piece is a part of a text that stays, goes or comes.
type Piece struct {
	Words string
	Kind  Kind
}

// Differences is a line of the preview, uncut, as ChangeInFull, but with what is removed and
// added marked within a text or list. The pieces that stay and are added make the new value.
func Differences(c store.Change, kept bool, m Moment) []Piece {
	if kept || c.Field.Kind() == scene.Image || strings.TrimSpace(c.Old) == "" || strings.TrimSpace(c.New) == "" {
		return []Piece{{ChangeInFull(c, kept, m), Stays}}
	}
	out := []Piece{{FieldName(c.Field) + ": ", Stays}}
	if c.Field.Kind() == scene.List {
		out = append(out, differ(strings.SplitAfter(c.Old, ", "), strings.SplitAfter(c.New, ", "))...)
	} else {
		out = append(out, differ(words(c.Old), words(c.New))...)
	}
	if !c.Why.IsZero() {
		out = append(out, Piece{" — " + m.Say(c.Why), Stays})
	}
	return joined(out)
}

// words are the words of a text, each with the blanks behind it.
func words(text string) []string {
	var out []string
	from, blank := 0, false
	for i, r := range text {
		switch space := unicode.IsSpace(r); {
		case space:
			blank = true
		case blank:
			out, from, blank = append(out, text[from:i]), i, false
		}
	}
	return append(out, text[from:])
}

// same reports whether two words differ in the blanks, or in the comma of a list, behind them
// at most.
func same(a, b string) bool {
	return a == b || strings.TrimRight(a, ", \n\t") == strings.TrimRight(b, ", \n\t")
}

// mostCompared bounds the work of one comparison, in pairs of words. What is longer counts as
// wholly changed between its first and its last difference.
const mostCompared = 1 << 20

// differ marks the fewest words that have to go and come.
func differ(old, now []string) []Piece {
	var head, tail []Piece
	for len(old) > 0 && len(now) > 0 && same(old[0], now[0]) {
		head = append(head, Piece{now[0], Stays})
		old, now = old[1:], now[1:]
	}
	for len(old) > 0 && len(now) > 0 && same(old[len(old)-1], now[len(now)-1]) {
		tail = append(tail, Piece{now[len(now)-1], Stays})
		old, now = old[:len(old)-1], now[:len(now)-1]
	}
	slices.Reverse(tail)
	return slices.Concat(head, middle(old, now), tail)
}

func middle(old, now []string) []Piece {
	var out []Piece
	i, k := 0, 0
	if len(old)*len(now) <= mostCompared {
		common := inCommon(old, now)
		for i < len(old) && k < len(now) {
			switch {
			case same(old[i], now[k]):
				out = append(out, Piece{now[k], Stays})
				i, k = i+1, k+1
			case common(i+1, k) >= common(i, k+1):
				out = append(out, Piece{old[i], Removed})
				i++
			default:
				out = append(out, Piece{now[k], Added})
				k++
			}
		}
	}
	for _, w := range old[i:] {
		out = append(out, Piece{w, Removed})
	}
	for _, w := range now[k:] {
		out = append(out, Piece{w, Added})
	}
	return out
}

// inCommon tells how many words two texts have in common, in their order, from a word of each
// on.
func inCommon(old, now []string) func(i, k int) int32 {
	wide := len(now) + 1
	table := make([]int32, (len(old)+1)*wide)
	for i, a := range slices.Backward(old) {
		for k, b := range slices.Backward(now) {
			if same(a, b) {
				table[i*wide+k] = table[(i+1)*wide+k+1] + 1
			} else {
				table[i*wide+k] = max(table[(i+1)*wide+k], table[i*wide+k+1])
			}
		}
	}
	return func(i, k int) int32 { return table[i*wide+k] }
}

// joined puts pieces of a kind together; within one change what goes stands before what comes.
func joined(list []Piece) []Piece {
	var out []Piece
	for len(list) > 0 {
		n := 0
		var by [3]strings.Builder
		for ; n < len(list) && (list[n].Kind == Stays) == (list[0].Kind == Stays); n++ {
			_, _ = by[list[n].Kind].WriteString(list[n].Words)
		}
		for _, k := range []Kind{Stays, Removed, Added} {
			if by[k].Len() > 0 {
				out = append(out, Piece{by[k].String(), k})
			}
		}
		list = list[n:]
	}
	return out
}

// lead is how many characters two values must have in common at their beginning for a table
// to leave that out, and leadShown how many of them it still shows.
const (
	lead      = 40
	leadShown = 12
)

// ChangedParts are a field before and after a change, for a table: what both begin with is
// left out where it is long, as the table would show nothing else.
func ChangedParts(c store.Change) (old, now string) {
	old, now = OldValue(c), NewValue(c)
	if c.Field.Kind() == scene.Image {
		return old, now
	}
	a, b := []rune(old), []rune(now)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n < lead || n == len(a) && n == len(b) {
		return old, now
	}
	from := n - leadShown
	for from < n && !unicode.IsSpace(a[from-1]) { // at the beginning of a word
		from++
	}
	return "…" + string(a[from:]), "…" + string(b[from:])
}
