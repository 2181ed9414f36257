// Package words says everything on the page in the person's language. The English text is the key
// to what is said in another: T is for the page's own words, Translate for sentences that the
// engine or a server made. A language is one file, such as german.go, and one line in Languages.
package words

import (
	"fmt"
	"strings"
)

// A Language is one that the page speaks.
type Language struct {
	Code string // as in html's lang
	Name string // in itself

	sentences map[string]string // by their English; nil for English
	decimal   string            // what stands for the decimal point
	patterns  []pattern         // of the sentences with verbs, once they are asked for
}

// Languages are all that there are. The first is spoken unless another is chosen.
var Languages = []*Language{
	{Code: "en", Name: "English", decimal: "."},
	{Code: "de", Name: "Deutsch", sentences: german, decimal: ","},
}

var spoken = Languages[0]

// Spoken is the language that the page speaks.
func Spoken() *Language { return spoken }

// Speak takes the first of the wanted languages that there is, and English if there is none. They are
// written as a browser lists them: de-AT is German.
func Speak(wanted ...string) {
	for _, code := range wanted {
		code, _, _ = strings.Cut(strings.ToLower(code), "-")
		for _, l := range Languages {
			if l.Code == code {
				spoken = l
				return
			}
		}
	}
	spoken = Languages[0]
}

// T is the English text in the language that is spoken, with the arguments as fmt.Sprintf puts them in.
func T(english string, args ...any) string {
	text := english
	if translated, ok := spoken.sentences[english]; ok {
		text = translated
	}
	if len(args) == 0 {
		return text
	}
	if spoken.decimal != "." {
		local := make([]any, len(args))
		for i, arg := range args {
			local[i] = arg
			if v, ok := arg.(float64); ok {
				local[i] = decimal(v)
			}
		}
		args = local
	}
	return fmt.Sprintf(text, args...)
}

// Key is the English text itself, for T or Translate later: what is declared is declared in English.
func Key(english string) string { return english }

// decimal is a number that is written with the language's sign for the decimal point.
type decimal float64

func (d decimal) Format(f fmt.State, verb rune) {
	fmt.Fprint(f, strings.Replace(fmt.Sprintf(fmt.FormatString(f, verb), float64(d)), ".", spoken.decimal, 1))
}
