package app

import "testing"

func TestTextOfWindowsToolsIsRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"plain":         {"to\u00adken ü", "to\u00adken ü"},
		"empty":         {"", ""},
		"marked UTF-8":  {"\xef\xbb\xbftoken ü\r\n", "token ü\r\n"},
		"little endian": {"\xff\xfet\x00\xfc\x00", "tü"},
		"big endian":    {"\xfe\xff\x00t\x00\xfc", "tü"},
		"no text":       {"\x80\x81", "\x80\x81"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(text([]byte(test.in))); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
