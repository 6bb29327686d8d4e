package main

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

// truetype packs glyphs, in the order of their characters, into a TrueType font. Glyph 0
// is the empty one a font must have for what it lacks.
func truetype(glyphs []glyph) []byte {
	glyphs = append([]glyph{{advance: em / 2}}, glyphs...)
	outlines, places := glyf(glyphs)
	tables := []table{ // in the order of their names
		{"OS/2", os2(glyphs)}, {"cmap", cmap(glyphs)}, {"glyf", outlines}, {"head", head()}, {"hhea", hhea(glyphs)},
		{"hmtx", hmtx(glyphs)}, {"loca", places}, {"maxp", maxp(glyphs)}, {"name", names()}, {"post", post()},
	}
	return assembled(tables)
}

type table struct {
	name string
	data []byte
}

// be is a table in the making; all numbers of a font are big endian.
type be []byte

func (b *be) u16(v ...int) {
	for _, n := range v {
		*b = binary.BigEndian.AppendUint16(*b, uint16(n))
	}
}

func (b *be) u32(v ...uint32) {
	for _, n := range v {
		*b = binary.BigEndian.AppendUint32(*b, n)
	}
}

func (b *be) pad() {
	for len(*b)%4 != 0 {
		*b = append(*b, 0)
	}
}

// assembled is the file: the directory, then the tables, and in head what makes the sum
// of the whole come out right.
func assembled(tables []table) []byte {
	const entry, start = 16, 12
	power, log := 1, 0
	for power*2 <= len(tables) {
		power, log = power*2, log+1
	}
	var dir, body be
	dir.u32(0x00010000)
	dir.u16(len(tables), power*entry, log, (len(tables)-power)*entry)
	adjust := 0
	for _, t := range tables {
		offset := start + entry*len(tables) + len(body)
		if t.name == "head" {
			adjust = offset + 8
		}
		dir = append(dir, t.name...)
		dir.u32(sum(t.data), uint32(offset), uint32(len(t.data)))
		body = append(body, t.data...)
		body.pad()
	}
	file := append(dir, body...)
	binary.BigEndian.PutUint32(file[adjust:], 0xB1B0AFBA-sum(file))
	return file
}

func sum(data []byte) uint32 {
	padded := be(slices.Clone(data))
	padded.pad()
	var s uint32
	for i := 0; i < len(padded); i += 4 {
		s += binary.BigEndian.Uint32(padded[i:])
	}
	return s
}

func head() []byte {
	var b be
	b.u32(0x00010000, 0x00010000, 0, 0x5F0F3CF5)
	b.u16(0x000B, em)
	b.u32(0, 0, 0, 0) // made and changed at no time, so that every run gives the same bytes
	b.u16(0, descent, em, ascent, 0, 8, 2, 1, 0)
	return b
}

func hhea(glyphs []glyph) []byte {
	widest := 0
	for _, g := range glyphs {
		widest = max(widest, g.advance)
	}
	var b be
	b.u32(0x00010000)
	b.u16(ascent, descent, 0, widest, 0, 0, widest, 1, 0, 0, 0, 0, 0, 0, 0, len(glyphs))
	return b
}

func maxp(glyphs []glyph) []byte {
	points, contours := 0, 0
	for _, g := range glyphs {
		n := 0
		for _, o := range g.outlines {
			n += len(o)
		}
		points, contours = max(points, n), max(contours, len(g.outlines))
	}
	var b be
	b.u32(0x00010000)
	b.u16(len(glyphs), points, contours, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	return b
}

func os2(glyphs []glyph) []byte {
	var b be
	b.u16(4, em/2, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0)
	b = append(b, make([]byte, 10+16)...) // no classification, no ranges claimed
	b = append(b, "LOCK"...)
	b.u16(0x0040, int(glyphs[1].r), int(glyphs[len(glyphs)-1].r), ascent, descent, 0, ascent, -descent)
	b.u32(0, 0)
	b.u16(536, 714, 0, ' ', 1)
	return b
}

func hmtx(glyphs []glyph) []byte {
	var b be
	for _, g := range glyphs {
		left, _, _, _ := bounds(g)
		b.u16(g.advance, left)
	}
	return b
}

// cmap has a segment for each character, and the one that ends them all.
func cmap(glyphs []glyph) []byte {
	n := len(glyphs) // one less for the empty glyph, one more for the end
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	var b be
	b.u16(0, 1, 3, 1)
	b.u32(12)
	b.u16(4, 16+8*n, 0, 2*n, 2*power, log, 2*(n-power))
	var starts, deltas be
	for i, g := range glyphs[1:] {
		starts.u16(int(g.r))
		deltas.u16(i + 1 - int(g.r))
	}
	starts.u16(0xFFFF)
	deltas.u16(1)
	b = append(b, starts...) // the ends: segments of one character
	b.u16(0)
	b = append(append(b, starts...), deltas...)
	return append(b, make([]byte, 2*n)...)
}

func bounds(g glyph) (left, bottom, right, top int) {
	first := true
	for _, o := range g.outlines {
		for _, d := range o {
			if first {
				left, bottom, right, top, first = d.x, d.y, d.x, d.y, false
			}
			left, bottom, right, top = min(left, d.x), min(bottom, d.y), max(right, d.x), max(top, d.y)
		}
	}
	return left, bottom, right, top
}

// glyf has the outlines, loca where each begins.
func glyf(glyphs []glyph) (outlines, places []byte) {
	var b, loca be
	for _, g := range glyphs {
		loca.u32(uint32(len(b)))
		b = append(b, shape(g)...)
		b.pad()
	}
	loca.u32(uint32(len(b)))
	return b, loca
}

func shape(g glyph) []byte {
	if len(g.outlines) == 0 {
		return nil
	}
	var b, xs, ys be
	left, bottom, right, top := bounds(g)
	b.u16(len(g.outlines), left, bottom, right, top)
	var flags []byte
	last := dot{}
	for _, o := range g.outlines {
		for _, d := range o {
			flag := byte(1)
			if d.off {
				flag = 0
			}
			flags = append(flags, flag)
			xs.u16(d.x - last.x)
			ys.u16(d.y - last.y)
			last = d
		}
		b.u16(len(flags) - 1)
	}
	b.u16(0) // no instructions
	return slices.Concat(b, flags, xs, ys)
}

func names() []byte {
	words := map[int]string{1: "Lockstep Marks", 2: "Regular", 4: "Lockstep Marks", 6: "LockstepMarks"}
	var b, text be
	b.u16(0, len(words), 6+12*len(words))
	for _, id := range []int{1, 2, 4, 6} {
		var encoded be
		for _, u := range utf16.Encode([]rune(words[id])) {
			encoded.u16(int(u))
		}
		b.u16(3, 1, 0x0409, id, len(encoded), len(text))
		text = append(text, encoded...)
	}
	return append(b, text...)
}

func post() []byte {
	var b be
	b.u32(0x00030000, 0)
	b.u16(-100, 50)
	b.u32(0, 0, 0, 0, 0)
	return b
}
