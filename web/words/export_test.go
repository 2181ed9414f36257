package words

import (
	"fmt"
	"slices"
)

// Sentences are what the language has, by their English.
func Sentences(l *Language) map[string]string { return l.sentences }

// Verbs are those of a format with the arguments that they take, in order of these.
func Verbs(format string) []string {
	_, verbs := split(format)
	var list []string
	for _, v := range verbs {
		list = append(list, fmt.Sprintf("%d%c", v.arg, v.kind))
	}
	slices.Sort(list)
	return list
}
