package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"trappedinart/engine"
)

// A reporter shows progress: on a terminal as one line that changes, elsewhere as a
// line each second and for each scale.
type reporter struct {
	out      io.Writer
	terminal bool
	width    int
	scale    int
	last     time.Time
	drawn    bool
	told     []string // notes
}

func newReporter(out io.Writer) *reporter {
	r := &reporter{out: out}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		r.terminal = true
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			r.width = w
		}
	}
	return r
}

func (r *reporter) report(p engine.Progress) {
	if p.Estimate != nil {
		r.line(estimated(*p.Estimate))
	}
	if p.Note != "" {
		r.line(p.Note)
		r.told = append(r.told, p.Note)
	}
	if p.Stage != engine.Painting {
		return
	}
	every := time.Second
	if r.terminal {
		every = 100 * time.Millisecond
	}
	now, last := time.Now(), p.Iteration == p.Iterations
	if now.Sub(r.last) < every && p.Scale == r.scale && !(last && p.Scale == p.Scales) {
		return
	}
	r.last, r.scale = now, p.Scale
	line := fmt.Sprintf("scale %d of %d (%d x %d) · %d of %d · %s left · loss %.4g",
		p.Scale, p.Scales, p.Width, p.Height, p.Iteration, p.Iterations, p.Remaining.Duration().Round(time.Second), p.Loss)
	if !r.terminal {
		fmt.Fprintln(r.out, line)
		return
	}
	const cells = 20
	full := int(p.Fraction*cells + 0.5)
	line = strings.Repeat("█", full) + strings.Repeat("░", cells-full) + " " + line
	if runes := []rune(line); r.width > 0 && len(runes) >= r.width {
		line = string(runes[:r.width-1])
	}
	fmt.Fprintf(r.out, "\r\x1b[K%s", line)
	r.drawn = true
}

// line writes a line that stays.
func (r *reporter) line(text string) {
	r.end()
	r.drawn = false
	fmt.Fprintln(r.out, text)
}

// end leaves the line as it is and goes to the next.
func (r *reporter) end() {
	if r.drawn {
		fmt.Fprintln(r.out)
	}
}
