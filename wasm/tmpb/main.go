package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg"
	"os"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

func main() {
	c, _ := os.ReadFile(os.Getenv("C"))
	s, _ := os.ReadFile(os.Getenv("S"))
	r, _ := engine.Preset(engine.Painterly)
	r.Size = 256
	b := cpu.New(0)
	run := &transfer.Runner{Backend: b, Weights: func(context.Context, string) (*vgg.Weights, error) { return weights.Parse(weights.Small()) },
		Decode: func(_ context.Context, f engine.File) (*image.NRGBA, error) {
			i, _, err := image.Decode(bytes.NewReader(f.Data))
			if err != nil {
				return nil, err
			}
			n := image.NewNRGBA(i.Bounds())
			draw.Draw(n, n.Rect, i, i.Bounds().Min, draw.Src)
			return n, nil
		}}
	t0 := time.Now()
	res, err := run.Run(context.Background(), engine.Request{Recipe: r, Content: engine.File{Name: "c", Data: c}, Styles: []engine.File{{Name: "s", Data: s}}}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(b.ISA(), b.Threads(), res.Iterations, time.Since(t0))
}
