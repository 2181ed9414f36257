package result

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// A curve draws losses.
type curve struct{ *run.Losses }

// A box is where a curve is drawn, in units of the drawing.
type box struct{ x, y, w, h float64 }

// bounds are the least and the greatest loss there is, on a logarithmic scale to base 10.
func (c curve) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range c.Samples {
		for _, v := range []float64{s.Content, s.Style} {
			if v > 0 && !math.IsInf(v, 0) {
				low, high = min(low, math.Log10(v)), max(high, math.Log10(v))
			}
		}
	}
	if high-low < 0.1 {
		low, high = low-0.1, high+0.1
	}
	return low, high
}

// lines draws both losses into a box, as SVG, and the beginnings of scales.
func (c curve) lines(b box) string {
	low, high := c.bounds()
	var out strings.Builder
	last := c.Samples[len(c.Samples)-1].At
	x := func(at float64) float64 { return b.x + b.w*at/math.Max(last, 1) }
	for _, at := range c.Starts {
		fmt.Fprintf(&out, `<path class="scale" d="M%.1f %.1fv%.1f"/>`, x(at), b.y, b.h)
	}
	for _, line := range []struct {
		class string
		of    func(run.Sample) float64
	}{{"content", func(s run.Sample) float64 { return s.Content }}, {"style", func(s run.Sample) float64 { return s.Style }}} {
		fmt.Fprintf(&out, `<polyline class="%s" points="`, line.class)
		for _, s := range c.Samples {
			if v := line.of(s); v > 0 && !math.IsInf(v, 0) {
				fmt.Fprintf(&out, "%.1f,%.1f ", x(s.At), b.y+b.h*(high-math.Log10(v))/(high-low))
			}
		}
		out.WriteString(`"/>`)
	}
	return out.String()
}

// sparkline is the curve without axes, 40 px high.
func (c curve) sparkline() string {
	return `<svg class="plot" viewBox="0 0 120 40" preserveAspectRatio="none" aria-hidden="true">` + c.lines(box{1, 2, 118, 36}) + `</svg>`
}

// axes is the curve with them.
func (c curve) axes() string {
	var out strings.Builder
	fmt.Fprintf(&out, `<svg class="plot axes" viewBox="0 0 640 320" role="img" aria-label="%s">`, words.T("Content and style loss over the iterations, on a logarithmic scale"))
	b := box{64, 12, 560, 264}
	low, high := c.bounds()
	y := func(v float64) float64 { return b.y + b.h*(high-v)/(high-low) }
	ticks := 0
	for _, factor := range []float64{1, 2, 5} {
		for e := math.Floor(low); e <= high; e++ {
			v := e + math.Log10(factor)
			if v < low || v > high || (factor > 1 && high-low > 2) {
				continue
			}
			ticks++
			fmt.Fprintf(&out, `<path class="grid" d="M%.1f %.1fh%.1f"/><text class="end" x="%.1f" y="%.1f">%g</text>`, b.x, y(v), b.w, b.x-8, y(v)+4, factor*math.Pow(10, e))
		}
	}
	if ticks == 0 {
		fmt.Fprintf(&out, `<text class="end" x="%.1f" y="%.1f">%.2g</text>`, b.x-8, b.y+b.h, math.Pow(10, low))
	}
	last := c.Samples[len(c.Samples)-1].At
	step := math.Max(1, math.Pow(10, math.Floor(math.Log10(math.Max(last, 1)))))
	if last/step < 3 {
		step /= 5
	}
	for at := 0.0; at <= last && step >= 1; at += step {
		fmt.Fprintf(&out, `<text class="middle" x="%.1f" y="%.1f">%g</text>`, b.x+b.w*at/math.Max(last, 1), b.y+b.h+18, at)
	}
	fmt.Fprintf(&out, `<text class="middle" x="%.1f" y="312">%s</text>`, b.x+b.w/2, words.T("Iterations, over all scales"))
	return out.String() + c.lines(b) + `</svg>`
}

// lossID is the dialog with the large plot.
const lossID = "loss"

// RenderSparkline has the losses, small.
func (s *Stage) RenderSparkline() app.UI {
	return app.Div().Class("curve").Body(app.If(len(s.desk.Run.Losses.Samples) > 1, func() app.UI {
		return app.Button().Class("spark").Type("button").Aria("label", words.T("Enlarge the loss")).Title(words.T("Enlarge the loss")).
			OnClick(func(app.Context, app.Event) {
				s.plotting = true
				dom.ShowModal(lossID)
			}).Body(app.Span().ID(sparkID))
	}))
}

// sparkID is what has the small plot, which ShowLosses draws past go-app's rendering.
const sparkID = "spark"

// plotEvery is the shortest time between two plots of a run that goes on.
const plotEvery = time.Second

// ShowLosses draws the small plot if it is due, or if the run has just begun or ended.
func (s *Stage) ShowLosses() {
	l, now := &s.desk.Run.Losses, time.Now()
	of := plotted{samples: len(l.Samples), busy: s.desk.Busy()}
	if of.samples < 2 || of == s.plotted || of.busy && s.plotted.busy && now.Sub(s.plottedAt) < plotEvery {
		return
	}
	if span, ok := dom.Element(sparkID); ok {
		span.Set("innerHTML", curve{l}.sparkline())
		s.plotted, s.plottedAt = of, now
	}
}

// plotted is what the small plot shows.
type plotted struct {
	samples int
	busy    bool
}

// RenderLoss is the dialog with the losses in large.
func (s *Stage) RenderLoss() app.UI {
	return dom.Dialog(lossID, words.T("Loss"), func() { s.plotting = false },
		app.If(s.plotting && len(s.desk.Run.Losses.Samples) > 1, func() app.UI {
			last := s.desk.Run.Losses.Samples[len(s.desk.Run.Losses.Samples)-1]
			return app.Div().Body(
				app.Raw(curve{&s.desk.Run.Losses}.axes()),
				app.Ul().Class("legend").Body(
					app.Li().Class("content").Text(words.T("Content: %.3g", last.Content)),
					app.Li().Class("style").Text(words.T("Style: %.3g", last.Style)),
				),
			)
		}),
		app.Div().Class("answers").Body(dom.Press("quiet", words.T("Close"), func() { dom.CloseModal(lossID) }, lossID)),
	)
}
