package present

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// thin separates thousands: the narrow no-break space, which never breaks a line.
const thin = "\u202f"

// Dot separates the parts of a line.
const Dot = " · "

// Number writes a count with its thousands apart: 12 034.
func Number(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + thin + digits[i:]
	}
	return sign + digits
}

// Count writes a number with its noun: "1 change", "14 changes".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + T(one)
	}
	return Number(n) + " " + T(many)
}

// Percent writes a share from 0 to 1 with so many decimals, all and nothing without any. Only a
// whole share is written as 100, so that "100 %" never hides a fault, and only none as 0.
func Percent(share float64, decimals int) string {
	if share <= 0 || share >= 1 {
		decimals = 0
	}
	scale := math.Pow(10, float64(decimals))
	n := math.Round(share*100*scale) / scale
	if share < 1 && n >= 100 {
		n = 100 - 1/scale
	}
	if share > 0 && n <= 0 {
		n = 1 / scale
	}
	return strings.Replace(strconv.FormatFloat(n, 'f', decimals, 64), ".", point(), 1) + thin + "%"
}

// Portion writes how many of all, as a share once there are enough for one to mean something:
// "2 of 3", "97 %", "99.4 %".
func Portion(n, of int) string {
	if of < 100 {
		return T("%s of %s", Number(n), Number(of))
	}
	decimals := 0
	if of >= 1000 {
		decimals = 1
	}
	return Percent(float64(n)/float64(of), decimals)
}

const day = 24 * time.Hour

// Duration writes a length with at most two units: 40 s, 4 min 20 s, 23 min,
// 2 h 5 min, 3 d 4 h. Seconds are left out from ten minutes on.
func Duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Second:
		return T("under 1 s")
	case d < time.Minute:
		return units(d, time.Second, "s", 0, "")
	case d < 10*time.Minute:
		return units(d, time.Minute, "min", time.Second, "s")
	case d < time.Hour:
		return units(d, time.Minute, "min", 0, "")
	case d < day:
		return units(d, time.Hour, "h", time.Minute, "min")
	}
	return units(d, day, "d", time.Hour, "h")
}

func units(d, big time.Duration, bigName string, small time.Duration, smallName string) string {
	s := fmt.Sprintf("%s %s", Number(int(d/big)), T(bigName))
	if small == 0 {
		return s
	}
	if rest := d % big / small; rest > 0 {
		s += fmt.Sprintf(" %d %s", rest, T(smallName))
	}
	return s
}

// roughly writes a length people are told in advance, rounded so that it does not
// pretend to know better.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return T("about %s", Duration(max(d.Round(10*time.Second), 10*time.Second)))
	case d < time.Hour:
		return T("about %s", Duration(d.Round(time.Minute)))
	case d < day:
		return T("about %s", Duration(d.Round(10*time.Minute)))
	}
	return T("more than %s", Duration(d.Truncate(day)))
}

func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, Dot)
}

// Sentence gives words a capital and a full stop.
func Sentence(words string) string {
	words = strings.TrimSpace(words)
	if words == "" {
		return ""
	}
	if !strings.HasSuffix(words, ".") && !strings.HasSuffix(words, "?") && !strings.HasSuffix(words, "!") && !strings.HasSuffix(words, "…") {
		words += "."
	}
	return upper(words)
}

// Begun gives words a capital.
func Begun(words string) string { return upper(words) }

func upper(words string) string {
	for i, r := range words {
		return strings.ToUpper(string(r)) + words[i+len(string(r)):]
	}
	return words
}

// list writes names one after the other.
func list(names []string) string { return strings.Join(names, ", ") }

// LongestTitle is how much of a title a line shows that must not grow with it: the tray's
// menu is as wide as its widest line. It is in characters.
const LongestTitle = 40

// Short is a title cut to LongestTitle.
func Short(title string) string {
	r := []rune(title)
	if len(r) <= LongestTitle {
		return title
	}
	return strings.TrimRight(string(r[:LongestTitle-1]), " .,;:-–—") + "…"
}
