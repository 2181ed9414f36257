package words

import (
	"sort"
	"strings"
)

// Translate returns a sentence of the engine or a server, which is English, in the language that is spoken. It
// leaves unknown sentences as they are.
func Translate(said string) string {
	if spoken.sentences == nil || said == "" {
		return said
	}
	if text, ok := spoken.translate(said); ok {
		return text
	}
	// Several sentences, each known by itself.
	for at := 0; ; {
		n := strings.Index(said[at:], ". ")
		if n < 0 {
			return said
		}
		at += n + 2
		if first, ok := spoken.translate(said[:at-1]); ok {
			return first + " " + Translate(said[at:])
		}
	}
}

func (l *Language) translate(said string) (string, bool) {
	if text, ok := l.sentences[said]; ok {
		return text, true
	}
	if l.patterns == nil {
		l.patterns = patternsOf(l.sentences)
	}
	for _, p := range l.patterns {
		if found, ok := match(p.pieces, p.verbs, said); ok {
			return p.fill(found, l.decimal), true
		}
	}
	return "", false
}

// A pattern is an English sentence with verbs, by which finished sentences are recognised.
type pattern struct {
	pieces []string // what stands around the verbs: one more than verbs
	verbs  []verb
	text   string // in the other language
}

// A verb is one of fmt's in a text: %d is {0, 'd'} as the first of them, %[2]s is {1, 's'}.
type verb struct {
	arg  int
	kind byte
}

// fewest is how many letters a pattern must have beside its verbs: fewer would recognise anything.
const fewest = 5

// patternsOf are those of the sentences with verbs, the most exact first.
func patternsOf(sentences map[string]string) []pattern {
	list := []pattern{}
	for english, text := range sentences {
		pieces, verbs := split(english)
		if len(verbs) > 0 && size(pieces) >= fewest {
			list = append(list, pattern{pieces, verbs, text})
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if a, b := size(list[i].pieces), size(list[j].pieces); a != b {
			return a > b
		}
		return list[i].text < list[j].text
	})
	return list
}

func size(pieces []string) int { return len(strings.Join(pieces, "")) }

// split takes a format apart.
func split(format string) (pieces []string, verbs []verb) {
	piece := ""
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 || i+1 == len(format) {
			return append(pieces, piece+format), verbs
		}
		piece += format[:i]
		if format = format[i+1:]; format[0] == '%' {
			piece, format = piece+"%", format[1:]
			continue
		}
		v := verb{arg: len(verbs)}
		for !letter(format[0]) {
			if format[0] == '[' {
				v.arg = int(format[1] - '1')
			}
			format = format[1:]
		}
		v.kind, format = format[0], format[1:]
		pieces, verbs, piece = append(pieces, piece), append(verbs, v), ""
	}
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' }

// match finds what stands for the verbs in a sentence.
func match(pieces []string, verbs []verb, said string) (found []string, ok bool) {
	said, ok = strings.CutPrefix(said, pieces[0])
	if !ok || len(verbs) == 0 {
		return nil, ok && said == ""
	}
	last := len(verbs) == 1
	for end := 0; end <= len(said); end++ {
		if last {
			end = max(end, len(said)-len(pieces[1]))
		}
		if !strings.HasPrefix(said[end:], pieces[1]) || !fits(verbs[0].kind, said[:end]) {
			continue
		}
		if rest, ok := match(pieces[1:], verbs[1:], said[end:]); ok {
			return append([]string{said[:end]}, rest...), true
		}
	}
	return nil, false
}

// fits says whether a verb of that kind can have written the text.
func fits(kind byte, text string) bool {
	switch kind {
	case 'd':
		return text != "" && strings.Trim(text, "-0123456789") == ""
	case 'f', 'g':
		return text != "" && strings.Trim(text, "-+.e0123456789") == ""
	case 'q':
		return len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"'
	}
	return true
}

// fill puts what was found into the text; what the sentence was given as words is translated as well.
func (p pattern) fill(found []string, point string) string {
	pieces, verbs := split(p.text)
	out := pieces[0]
	for i, v := range verbs {
		arg := found[v.arg]
		switch v.kind {
		case 's', 'v', 'w':
			arg = Translate(arg)
			fallthrough
		case 'f', 'g':
			arg = number(arg, point)
		}
		out += arg + pieces[i+1]
	}
	return out
}

// number is the text with the language's sign in place of the decimal point, if it begins with a
// number that has one.
func number(text, point string) string {
	digits := strings.TrimLeft(text, "0123456789")
	if len(digits) < 2 || digits[0] != '.' || len(digits) == len(text) || digits[1] < '0' || digits[1] > '9' {
		return text
	}
	return text[:len(text)-len(digits)] + point + digits[1:]
}
