package template_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/message"
	"lockstep/sync/template"
)

// full are the values of a scene that has everything; tests leave out some.
var full = map[string][]string{
	"title": {"Harbour Lights"}, "year": {"2020"}, "studio": {"North Quay"}, "performer": {"Ada", "Ben"},
	"tag": {"Night", "Ships"}, "tag:Night": {"Night"}, "organized:Checked": {"Checked"}, "details": {"100 % {real}, [new]"},
	"performer:female": {"Ada"}, "tag<:Place": {"Pier", "Quay"}, "group": {"Coasts", "Ports"}, "group_number": {"", "7"},
	"performer_country": {"GB", "NO"}, "performer_tag": {"Grey"},
}

// belong are what the values of some placeholders belong to.
var belong = map[string][]string{
	"performer": {"1", "2"}, "performer:female": {"1"}, "performer_country": {"1", "2"}, "group": {"3", "4"}, "group_number": {"3", "4"},
}

func values(without ...string) template.Values {
	return func(name, arg string) (out []template.Entry) {
		if arg != "" {
			name += ":" + arg
		}
		if slices.Contains(without, name) {
			return nil
		}
		for i, text := range full[name] {
			e := template.Entry{Text: text}
			if of := belong[name]; of != nil {
				e.Of = of[i]
			}
			out = append(out, e)
		}
		return out
	}
}

// texts gives the same texts whatever is asked for.
func texts(list ...string) template.Values {
	return func(string, string) (out []template.Entry) {
		for _, text := range list {
			out = append(out, template.Entry{Text: text, Of: "of " + text})
		}
		return out
	}
}

func TestATemplateIsFilledIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source  string
		without []string
		want    string
	}{
		"nothing":                        {"", nil, ""},
		"a text as it stands":            {"Lockstep", nil, "Lockstep"},
		"a placeholder":                  {"{title}", nil, "Harbour Lights"},
		"text around":                    {"<{title}, {year}>", nil, "<Harbour Lights, 2020>"},
		"some empty":                     {"{title} {year}", []string{"year"}, "Harbour Lights "},
		"all empty":                      {"{title} ({year})", []string{"title", "year"}, ""},
		"all empty, one optional":        {"{title}[ ({year})]!", []string{"title", "year"}, ""},
		"optional":                       {"{title}[ ({year})]", nil, "Harbour Lights (2020)"},
		"optional and empty":             {"{title}[ ({year})]", []string{"year"}, "Harbour Lights"},
		"only the optional one is there": {"{title}[ ({year})]", []string{"title"}, " (2020)"},
		"one of two optional ones":       {"x[{title}{year}]", []string{"year"}, "x"},
		"characters themselves":          {"{{{title}}} [[a]]", nil, "{Harbour Lights} [a]"},
		"characters in an optional part": {"[[[{year}]]]", nil, "[2020]"},
		"several in one text":            {"{performer}", nil, "Ada, Ben"},
		"a tag":                          {"{tag:Night}", nil, "Night"},
		"a text of one's own":            {"{organized:Checked}", nil, "Checked"},
		"blanks in braces":               {"{ title }{organized: Checked }", nil, "Harbour LightsChecked"},
		"values are no templates":        {"{details}", nil, "100 % {real}, [new]"},
		"other scripts":                  {"夜 {title} 🚢", nil, "夜 Harbour Lights 🚢"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tpl, err := template.Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			if got := tpl.Text(values(tt.without...)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAListHasOneValueForEachOfAPlaceholder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source  string
		without []string
		want    []string
	}{
		"each":                   {"{performer}", nil, []string{"Ada", "Ben"}},
		"each with the studio":   {"{studio}: {performer}", nil, []string{"North Quay: Ada", "North Quay: Ben"}},
		"the same twice":         {"{performer} {performer}", nil, []string{"Ada Ada", "Ben Ben"}},
		"none":                   {"With {performer}", []string{"performer"}, nil},
		"optional":               {"[{studio}: ]{performer}", []string{"studio"}, []string{"Ada", "Ben"}},
		"only in a missing part": {"[{studio}: {performer}]", []string{"studio"}, nil},
		"one":                    {"Studio: {studio}", nil, []string{"Studio: North Quay"}},
		"one, empty":             {"Studio: {studio}", []string{"studio"}, nil},
		"always":                 {"Lockstep", nil, []string{"Lockstep"}},
		"all tags beside one":    {"{tag:Night} {tag}", nil, []string{"Night Night", "Night Ships"}},
		"of one gender":          {"{performer:Female}!", nil, []string{"Ada!"}},
		"below a tag":            {"{tag<Place}", nil, []string{"Pier", "Quay"}},
		"each with its number":   {"{group}[ #{group_number}]", nil, []string{"Coasts", "Ports #7"}},
		"the number first":       {"[{group_number}. ]{group}", nil, []string{"Coasts", "7. Ports"}},
		"the number alone":       {"#{group_number}", nil, []string{"#7"}},
		"each with its country":  {"{performer} ({performer_country})", nil, []string{"Ada (GB)", "Ben (NO)"}},
		"some with its country":  {"{performer:female} ({performer_country})", nil, []string{"Ada (GB)"}},
		"all tags of performers": {"{performer_tag}", nil, []string{"Grey"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tpl, err := template.Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range tpl.List(values(tt.without...)) {
				got = append(got, v.Text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsWrongIsSaidWhereItStands(t *testing.T) {
	t.Parallel()
	for source, tt := range map[string]struct {
		code message.Code
		says string
	}{
		"{studoi}":                            {message.TemplateDidYouMean, "unknown placeholder “{studoi}” at character 1; did you mean “{studio}”?"},
		"ü {Title}":                           {message.TemplateDidYouMean, "unknown placeholder “{Title}” at character 3; did you mean “{title}”?"},
		"{colour}":                            {message.TemplateUnknown, "unknown placeholder “{colour}” at character 1"},
		"{}":                                  {message.TemplateUnknown, "unknown placeholder “{}” at character 1"},
		"a {title":                            {message.TemplateUnclosed, "the “{” at character 3 is not closed; write “{{” for the character itself"},
		"[{title}":                            {message.TemplateUnclosed, "the “[” at character 1 is not closed; write “[[” for the character itself"},
		"a}":                                  {message.TemplateClosesNothing, "the “}” at character 2 closes nothing; write “}}” for the character itself"},
		"a]":                                  {message.TemplateClosesNothing, "the “]” at character 2 closes nothing; write “]]” for the character itself"},
		"[{title} [{year}]]":                  {message.TemplateNested, "the “[” at character 10 stands in another optional part; write “[[” for the character itself"},
		"[new] {title}":                       {message.TemplateGroupPlain, "the “[” at character 1 begins an optional part without a placeholder; write “[[” for the character itself"},
		"{organized}":                         {message.TemplateNeedsText, "“{organized}” at character 1 needs a text: “{organized:…}”"},
		"{tag:}":                              {message.TemplateNeedsText, "“{tag:}” at character 1 needs a text: “{tag:…}”"},
		"{details:x}":                         {message.TemplateTakesNoText, "“{details:x}” at character 1 takes no text after a colon"},
		"{performer:}":                        {message.TemplateNeedsText, "“{performer:}” at character 1 needs a text: “{performer:…}”"},
		"{tag<}":                              {message.TemplateNeedsText, "“{tag<}” at character 1 needs a text: “{tag<…}”"},
		"{studio<x}":                          {message.TemplateDidYouMean, "unknown placeholder “{studio<x}” at character 1; did you mean “{studio}”?"},
		"{tags<x}":                            {message.TemplateDidYouMean, "unknown placeholder “{tags<x}” at character 1; did you mean “{tag<…}”?"},
		"{title:x}":                           {message.TemplateNotAChoice, "the text of “{title:x}” at character 1 is not one of without_performers"},
		"{performer:tall}":                    {message.TemplateNotAChoice, "the text of “{performer:tall}” at character 1 is not one of female, male, transgender_female, transgender_male, intersex, non_binary"},
		"{tag<a} in {tag<b}":                  {message.TemplateTwoLists, "“{tag<a}” and “{tag<b}” both have several values; write a source for each"},
		"{group} {tag} {performer_country}":   {message.TemplateTwoLists, "“{group}” and “{tag}” both have several values; write a source for each"},
		"{performer:male} {performer:female}": {message.TemplateTwoLists, "“{performer:male}” and “{performer:female}” both have several values; write a source for each"},
		"{performer} in {tag}":                {message.TemplateTwoLists, "“{performer}” and “{tag}” both have several values; write a source for each"},
		strings.Repeat("ü", 1001):             {message.TemplateTooLong, "a source has at most 1000 characters"},
	} {
		_, err := template.Parse(source)
		var wrong *message.Error
		if !errors.As(err, &wrong) {
			t.Errorf("%.40q: no message, %v", source, err)
			continue
		}
		if wrong.Message.Code != tt.code || strings.TrimSuffix(err.Error(), ".") != tt.says {
			t.Errorf("%.40q: %s: %q, want %s: %q", source, wrong.Message.Code, err, tt.code, tt.says)
		}
	}
}

func TestEveryPlaceholderCanBeWritten(t *testing.T) {
	t.Parallel()
	for _, p := range template.Placeholders() {
		if !p.Arg || p.Optional {
			check(t, "{"+p.Name+"}", p.Name)
		}
		form := "{" + p.Name + ":x}"
		switch {
		case p.Name == "tag<":
			form = "{tag<x}"
		case p.Choices != nil:
			form = "{" + p.Name + ":" + p.Choices[0] + "}"
		}
		if p.Arg {
			check(t, form, p.Name)
		}
	}
}

func check(t *testing.T, source, name string) {
	t.Helper()
	tpl, err := template.Parse(source)
	if err != nil {
		t.Errorf("%s: %v", source, err)
		return
	}
	if !tpl.Has(name) || tpl.Has("colour") {
		t.Errorf("%s: does not know what it uses", source)
	}
	if got := tpl.Text(func(n, _ string) []template.Entry { return []template.Entry{{Text: n}} }); got != name {
		t.Errorf("%s: asks for %q", source, got)
	}
}

// escape writes a text so that it stands for itself.
func escape(s string) string {
	return strings.NewReplacer("{", "{{", "}", "}}", "[", "[[", "]", "]]").Replace(s)
}

func TestAnyTextCanStandForItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		head, tail := rapid.StringN(0, 60, -1).Draw(t, "head"), rapid.StringN(0, 60, -1).Draw(t, "tail")
		value := rapid.StringN(1, 60, -1).Draw(t, "value")
		tpl, err := template.Parse(escape(head) + "{title}" + escape(tail))
		if err != nil {
			t.Fatal(err)
		}
		got := tpl.Text(texts(value))
		if want := head + value + tail; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestAListAndATextAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOf(rapid.StringN(0, 8, -1)).Draw(t, "names")
		of := texts(names...)
		tpl, err := template.Parse("{performer}")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range tpl.List(of) {
			if v.Of != "of "+v.Text || v.Many != "performer" {
				t.Fatalf("%+v of %q", v, names)
			}
			got = append(got, v.Text)
		}
		if want := strings.Join(got, ", "); tpl.Text(of) != want {
			t.Fatalf("text %q, list %q", tpl.Text(of), got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "{title}[ ({year})]", "{{{tag:a}}}", "[[]]{performer}", "[{", "{x:y", "\xff{title}\x00", "]{title}["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		tpl, err := template.Parse(source)
		if err != nil {
			if _, ok := errors.AsType[*message.Error](err); !ok {
				t.Fatalf("%q: %v is no message", source, err)
			}
			return
		}
		none, one := texts(), texts("v")
		if len(tpl.List(none)) > 1 || len(tpl.List(one)) > 1 {
			t.Fatalf("%q gives several values of one", source)
		}
		if list := tpl.List(one); len(list) == 1 && list[0].Text != tpl.Text(one) {
			t.Fatalf("%q: %q in a list, %q alone", source, list[0].Text, tpl.Text(one))
		}
	})
}
