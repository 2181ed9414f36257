//go:build !js

package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"

	"trappedinart/engine"
	"trappedinart/engine/patch"
	"trappedinart/weights/judge"
)

// A column is what a network paints, or the photograph as it is.
type column struct {
	name    string // in the names of files
	network string // its name or file; none for the photograph
}

// columns are the photograph, the small networks and VGG-19.
func (g *gallery) columns() ([]column, error) {
	list := []column{{name: "photograph"}}
	seen := map[string]bool{"photograph": true, "vgg19": true, "notebook": true}
	for _, network := range g.small {
		name := bare(network)
		if seen[name] {
			return nil, fmt.Errorf("two columns would be called %q; give the network's file another name", name)
		}
		seen[name] = true
		list = append(list, column{name, network})
	}
	return append(list, column{"vgg19", g.large}), nil
}

// A cell is a picture with its measures.
type cell struct {
	*image.NRGBA
	judged  judge.Distances
	patches *patch.Measures
}

// networks is the sheet of small networks beside VGG-19, and the sheets of pieces.
func (g *gallery) networks(ctx context.Context, j *judge.Judge) error {
	columns, err := g.columns()
	if err != nil {
		return err
	}
	all := make([][]cell, len(columns))
	var rows [][]*image.NRGBA
	fmt.Println("by VGG-19: relative style distance at relu1_1, relu2_1, relu3_1, relative content distance at relu3_2; of patches: 5x5, 9x9, each on the picture and its copies of a half and a quarter, excess of power")
	for _, p := range g.pairs {
		files, pictures, err := g.open(ctx, p)
		if err != nil {
			return err
		}
		fmt.Println(p)
		photograph, painting := judge.Fitted(pictures[0], g.size), judge.Fitted(pictures[1], g.size)
		var row []labelled
		for i, c := range columns {
			img := photograph
			if c.network != "" {
				if img, err = g.painted(ctx, c, p, files); err != nil {
					return err
				}
			}
			of := cell{NRGBA: img}
			if of.judged, err = j.Measure(ctx, photograph, pictures[1], img); err != nil {
				return err
			}
			if of.patches, err = patch.Measure(ctx, img, pictures[1]); err != nil {
				return err
			}
			fmt.Printf("  %-12s %v   %s\n", c.name, of.judged, figures(of.patches))
			all[i] = append(all[i], of)
			row = append(row, labelled{img, of.words(c.name)})
		}
		row = append(row, labelled{painting, []string{"the painting"}})
		if err := write(filepath.Join(g.out, fmt.Sprintf("pieces-%s-%s-%d.png", bare(p[0]), bare(p[1]), g.size)), sheet(pieces(row))); err != nil {
			return err
		}
		var whole []*image.NRGBA
		for _, l := range row {
			whole = append(whole, l.labels())
		}
		rows = append(rows, whole)
	}
	summary(columns, all)
	return write(filepath.Join(g.out, fmt.Sprintf("networks-%d.png", g.size)), sheet(rows))
}

// painted returns what a network makes of a pair, from the last time's file if asked to.
func (g *gallery) painted(ctx context.Context, c column, p pair, files [2]engine.File) (*image.NRGBA, error) {
	path := g.picture(p, c.name)
	if g.keep && !newer(c.network, path) {
		if _, img, err := read(ctx, path); err == nil {
			return img, nil
		}
	}
	img, err := g.paint(ctx, engine.Request{Recipe: g.painterly(c.network), Content: files[0], Styles: files[1:]})
	if err != nil {
		return nil, err
	}
	return img, write(path, img)
}

// newer says whether a network's file was written after a picture. A network that the
// program holds has none.
func newer(network, picture string) bool {
	a, err := os.Stat(network)
	if err != nil {
		return false
	}
	b, err := os.Stat(picture)
	return err == nil && a.ModTime().After(b.ModTime())
}

// figures prints the distances of patches, and the excess of power.
func figures(m *patch.Measures) string {
	s := ""
	for _, side := range patch.Sides {
		s += lengths(m, side) + "  "
	}
	return s + fmt.Sprintf("%.2f", m.Excess)
}

// lengths prints the distances of patches of one side, where there are any.
func lengths(m *patch.Measures, side int) string {
	s := ""
	for _, times := range patch.Scales {
		if d, ok := m.Distances[patch.Name(side, times)]; ok {
			s += fmt.Sprintf(" %.3f", d)
		} else {
			s += "     -"
		}
	}
	return s
}

// words are the labels of a picture, narrow enough for one of 256 pixels.
func (c cell) words(name string) []string {
	words := []string{name}
	for _, side := range patch.Sides {
		words = append(words, "patches "+patch.Name(side, 1)+lengths(c.patches, side))
	}
	return append(words, fmt.Sprintf("power +%.2f style %.4f", c.patches.Excess, c.judged.Style[2]))
}

// pieces are rows of two places of all pictures, three times as large: one in the upper
// left, where skies are, and one in the lower right.
func pieces(row []labelled) [][]*image.NRGBA {
	const side, times = 128, 3
	var rows [][]*image.NRGBA
	for _, share := range [2]float64{0.3, 0.7} {
		var cut []*image.NRGBA
		for _, l := range row {
			b := l.Bounds()
			at := image.Pt(int(share*float64(b.Dx()))-side/2, int(share*float64(b.Dy()))-side/2)
			at.X, at.Y = max(0, min(at.X, b.Dx()-side)), max(0, min(at.Y, b.Dy()-side))
			piece := part(l.NRGBA, image.Rectangle{at, at.Add(image.Pt(side, side))}, times)
			cut = append(cut, labelled{piece, l.words}.labels())
		}
		rows = append(rows, cut)
	}
	return rows
}

// summary prints means of all pairs, and for each small network how it is beside VGG-19.
func summary(columns []column, all [][]cell) {
	fmt.Println("mean of all")
	means := make([]judge.Distances, len(columns))
	for i, c := range columns {
		var judged []judge.Distances
		mean := &patch.Measures{Distances: map[string]float64{}}
		for _, of := range all[i] {
			judged = append(judged, of.judged)
			mean.Excess += of.patches.Excess / float64(len(all[i]))
			for name, d := range of.patches.Distances {
				mean.Distances[name] += d / float64(len(all[i]))
			}
		}
		means[i] = judge.Mean(judged)
		fmt.Printf("  %-12s %v   %s\n", c.name, means[i], figures(mean))
	}
	last := len(columns) - 1
	for i := 1; i < last; i++ {
		shares, mean := judge.Closed(means[0], means[i], means[last])
		fmt.Printf("%s closes of the gap in style that VGG-19 closes: ", columns[i].name)
		for k, layer := range judge.StyleLayers {
			fmt.Printf("%s %.2f %%, ", layer, 100*shares[k])
		}
		fmt.Printf("mean %.2f %%; content distance %.3f of VGG-19's\n", 100*mean, means[i].Content/means[last].Content)
		fmt.Printf("  its patch distances over VGG-19's, mean and worst pair: ")
		for _, side := range patch.Sides {
			for _, times := range patch.Scales {
				name := patch.Name(side, times)
				mean, worst := ratio(all[i], all[last], name)
				fmt.Printf("%s %.2f %.2f  ", name, mean, worst)
			}
		}
		fmt.Println()
	}
}

// ratio returns the mean and the largest of the ratios of a distance.
func ratio(of, to []cell, name string) (mean, worst float64) {
	for k := range of {
		r := of[k].patches.Distances[name] / to[k].patches.Distances[name]
		mean, worst = mean+r/float64(len(of)), max(worst, r)
	}
	return mean, worst
}
