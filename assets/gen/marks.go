package main

import (
	"math"
	"os"
	"path/filepath"
)

// The marks stand in the same em and on the same line as the letters beside them, those of
// Noto Sans, so that a mark moves no line of text.
const (
	em      = 1000
	ascent  = 1069
	descent = -293
	// axis is the height of the middle of a letter.
	axis = 345
)

// dot is a point of an outline; an off one bends the line between its neighbours.
type dot struct {
	x, y int
	off  bool
}

// glyph is one mark: how wide it is and its outlines, clockwise around what is filled and
// the other way around a hole.
type glyph struct {
	r        rune
	advance  int
	outlines [][]dot
}

// marks are the characters with a meaning in windows that the fonts of the toolkit lack.
// Without them it depends on the fonts of the computer whether a mark shows at all.
// Spaces are here because the toolkit draws those behind a mark with the mark's font; they
// are as wide as those of Noto Sans.
func marks() []glyph { // in the order of their code points
	return []glyph{
		{r: ' ', advance: 260},
		{r: '\u00a0', advance: 260}, // no break
		{r: '\u2009', advance: 200}, // thin
		{r: '\u202f', advance: 200}, // thin, no break
		{'←', 900, [][]dot{mirrored(arrow(), 900)}},
		{'→', 900, [][]dot{arrow()}},
		{'−', 572, [][]dot{box(60, 320, 512, 390)}},
		{'▨', 790, [][]dot{
			box(60, 20, 730, 690), hole(box(112, 72, 678, 638)),
			moved(polygon(0, 0, 0, 58, 508, 566, 566, 566, 566, 508, 58, 0), 112, 72),
			moved(polygon(0, 224, 0, 342, 224, 566, 342, 566), 112, 72),
			moved(polygon(224, 0, 566, 342, 566, 224, 342, 0), 112, 72),
		}},
		{'▮', 520, [][]dot{box(110, -30, 410, 744)}},
		{'▲', 840, [][]dot{polygon(420, 700, 790, 20, 50, 20)}},
		{'►', 800, [][]dot{polygon(60, axis-300, 60, axis+300, 740, axis)}},
		{'◆', 760, [][]dot{polygon(380, axis+345, 725, axis, 380, axis-345, 35, axis)}},
		{'○', 740, [][]dot{circle(370, axis, 290), hole(circle(370, axis, 220))}},
		{'●', 740, [][]dot{circle(370, axis, 300)}},
		{'✓', 800, [][]dot{polygon(57, 316, 132, 391, 305, 219, 673, 684, 753, 620, 310, 58)}},
		{'✕', 760, [][]dot{polygon(
			70, 586, 139, 655, 380, 414, 622, 655, 690, 586, 449, axis,
			690, 104, 622, 34, 380, 276, 139, 34, 70, 104, 311, axis)}},
	}
}

func arrow() []dot {
	return polygon(60, 380, 560, 380, 560, 540, 840, axis, 560, 150, 560, 310, 60, 310)
}

func polygon(xy ...int) []dot {
	out := make([]dot, 0, len(xy)/2)
	for i := 0; i < len(xy); i += 2 {
		out = append(out, dot{x: xy[i], y: xy[i+1]})
	}
	return out
}

func box(left, bottom, right, top int) []dot {
	return polygon(left, bottom, left, top, right, top, right, bottom)
}

// circle goes clockwise in eight bends, which is rounder than any screen.
func circle(x, y, radius int) []dot {
	const bends = 8
	var out []dot
	for i := range 2 * bends {
		angle, reach := -math.Pi/bends*float64(i), float64(radius)
		if i%2 == 1 {
			reach /= math.Cos(math.Pi / bends)
		}
		out = append(out, dot{x + int(math.Round(reach*math.Cos(angle))), y + int(math.Round(reach*math.Sin(angle))), i%2 == 1})
	}
	return out
}

func moved(outline []dot, right, up int) []dot {
	for i := range outline {
		outline[i].x += right
		outline[i].y += up
	}
	return outline
}

// hole goes around the other way.
func hole(outline []dot) []dot {
	out := make([]dot, len(outline))
	for i, d := range outline {
		out[len(out)-1-i] = d
	}
	return out
}

// mirrored keeps what is filled: it turns the outline around as well.
func mirrored(outline []dot, width int) []dot {
	for i := range outline {
		outline[i].x = width - outline[i].x
	}
	return hole(outline)
}

func writeMarks(dir string) error {
	return os.WriteFile(filepath.Join(dir, "marks.ttf"), truetype(marks()), 0o644)
}
