package template

import (
	"slices"
	"strings"
	"unicode/utf8"

	"lockstep/sync/message"
)

// maxLength is the longest source in characters. Nobody writes a longer one by hand, and what is
// made of it has to fit into one request.
const maxLength = 1000

// Parse reads a source. An error says at which character, counted from one, it is wrong.
func Parse(source string) (Template, error) {
	if utf8.RuneCountInString(source) > maxLength {
		return Template{}, message.Wrong(message.TemplateTooLong, message.Count(maxLength))
	}
	p := parser{source: source}
	if err := p.run(); err != nil {
		return Template{}, err
	}
	each, err := p.oneList()
	return Template{p.parts, each}, err
}

type parser struct {
	source string
	at     int // the byte that is read next
	parts  []part
	text   strings.Builder
	// opened is where the group begins that is read, group what it has so far.
	opened int
	group  []part
	inside bool
	lists  []part // placeholders of several values, each once
}

func (p *parser) run() error {
	for p.at < len(p.source) {
		if err := p.step(); err != nil {
			return err
		}
	}
	if p.inside {
		return p.wrong(message.TemplateUnclosed, "[", p.opened)
	}
	p.flush()
	return nil
}

// step reads one character, a doubled one, or a placeholder.
func (p *parser) step() error {
	c := p.source[p.at]
	if strings.IndexByte("{}[]", c) < 0 {
		p.text.WriteByte(c)
		p.at++
		return nil
	}
	if p.at+1 < len(p.source) && p.source[p.at+1] == c {
		p.text.WriteByte(c)
		p.at += 2
		return nil
	}
	switch c {
	case '{':
		return p.placeholder()
	case '[':
		return p.open()
	case ']':
		return p.shut()
	}
	return p.wrong(message.TemplateClosesNothing, "}", p.at)
}

func (p *parser) open() error {
	if p.inside {
		return p.wrong(message.TemplateNested, "[", p.at)
	}
	p.flush()
	p.inside, p.opened, p.group = true, p.at, nil
	p.at++
	return nil
}

func (p *parser) shut() error {
	if !p.inside {
		return p.wrong(message.TemplateClosesNothing, "]", p.at)
	}
	p.flush()
	if !slices.ContainsFunc(p.group, func(x part) bool { return x.name != "" }) {
		return p.wrong(message.TemplateGroupPlain, "[", p.opened)
	}
	p.inside = false
	p.parts = append(p.parts, part{group: p.group})
	p.at++
	return nil
}

func (p *parser) placeholder() error {
	body, _, closed := strings.Cut(p.source[p.at+1:], "}")
	if !closed {
		return p.wrong(message.TemplateUnclosed, "{", p.at)
	}
	name, arg, has := cutArg(body)
	written, place := message.Title("{"+body+"}"), message.Number(p.place(p.at))
	k, ok := known[name]
	switch {
	case !ok && nearest(name) != "":
		return message.Wrong(message.TemplateDidYouMean, written, place, message.Title(nearest(name)))
	case !ok:
		return message.Wrong(message.TemplateUnknown, written, place)
	case has && !k.Arg:
		return message.Wrong(message.TemplateTakesNoText, written, place)
	case arg == "" && k.Arg && (has || !k.Optional):
		k.Optional = false
		return message.Wrong(message.TemplateNeedsText, written, place, message.Title(k.Form()))
	case has && k.Choices != nil:
		if arg = choice(arg); !slices.Contains(k.Choices, arg) {
			return message.Wrong(message.TemplateNotAChoice, written, place, words(k.Choices))
		}
	}
	p.flush()
	x := part{name: name, arg: arg, many: k.Many && (!has || k.ManyWithArg)}
	if x.many && !slices.ContainsFunc(p.lists, x.same) {
		p.lists = append(p.lists, x)
	}
	p.add(x)
	p.at += len(body) + 2
	return nil
}

// cutArg divides what stands in braces into the name and its text; has tells that there is one.
func cutArg(body string) (name, arg string, has bool) {
	i := strings.IndexAny(body, ":"+below)
	if i < 0 {
		return strings.TrimSpace(body), "", false
	}
	name, arg = strings.TrimSpace(body[:i]), strings.TrimSpace(body[i+1:])
	if body[i:i+1] == below {
		name += below
	}
	return name, arg, true
}

// choice is a text as it stands among the choices.
func choice(arg string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(arg))
}

func words(list []string) message.Arg {
	out := make([]message.Arg, len(list))
	for i, w := range list {
		out[i] = message.Word(w)
	}
	return message.List(out...)
}

// oneList is the placeholder that a list has one value for each of, none if there is none. Two
// lists in one source are refused: nobody means every pair of both.
func (p *parser) oneList() (each part, err error) {
	var other part
	for _, x := range p.lists {
		switch {
		case each.name == "":
			each = x
		case known[x.name].Along == each.name:
		case known[each.name].Along == x.name:
			each = x
		case other.name == "":
			other = x
		}
	}
	if other.name == "" {
		return each, nil
	}
	return each, message.Wrong(message.TemplateTwoLists, message.Title(p.lists[0].written()), message.Title(other.written()))
}

func (p *parser) flush() {
	if p.text.Len() > 0 {
		p.add(part{text: p.text.String()})
		p.text.Reset()
	}
}

func (p *parser) add(x part) {
	if p.inside {
		p.group = append(p.group, x)
	} else {
		p.parts = append(p.parts, x)
	}
}

// wrong tells about a character at a byte, and how it is written if it is meant as it is.
func (p *parser) wrong(code message.Code, char string, at int) error {
	return message.Wrong(code, message.Word(char), message.Number(p.place(at)), message.Word(char+char))
}

// place is the number of the character that begins at a byte, from one.
func (p *parser) place(at int) int { return utf8.RuneCountInString(p.source[:at]) + 1 }
