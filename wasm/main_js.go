// The program of the Web Worker: the engine, which makes the painting, behind the
// messages of package protocol. web/static/worker.js loads it.
package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"syscall/js"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/transfer"
	"trappedinart/wasm/browser"
	"trappedinart/wasm/networks"
	"trappedinart/wasm/protocol"
	"trappedinart/wasm/worker"
)

func main() {
	var (
		scope     = js.Global()
		processor = cpu.New(1) // a Web Worker is one thread
		painting  = &device{processor: processor, asked: askedBackend()}
		nets      = &networks.Networks{
			Shelves: []networks.Shelf{originFiles{}, cachedFiles{}},
			Get:     get, Log: logf, Pause: 500 * time.Millisecond,
		}
	)
	probes := &transfer.Probes{}
	session := &worker.Session{
		Version: version(),
		Runner: func(weightsURL string) engine.Runner {
			return &painter{painting, probes, nets, weightsURL}
		},
		Foresee: func(ctx context.Context, weightsURL string, o engine.Outline) (engine.Estimate, error) {
			return (&painter{painting, probes, nets, weightsURL}).foresee(ctx, o)
		},
		See:   (&eyes{processor, &networks.Networks{Shelves: nets.Shelves, Get: get, Log: logf, Pause: nets.Pause}}).see,
		Fetch: nets.Fetch,
		Post: func(m protocol.Message) {
			if err := browser.Post(scope, m); err != nil {
				logf("a message cannot be sent: %v", err)
			}
		},
		Yield:       browser.NewTurn().Wait,
		ReportEvery: 150 * time.Millisecond, // a report costs the page some 5 ms of a processor that paints
		Log:         logf,
	}
	scope.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		m, err := browser.Receive(args[0].Get("data"))
		if err != nil {
			session.Refuse(err)
			return nil
		}
		session.Handle(m)
		return nil
	}))
	session.Open()
	select {}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

func logf(format string, args ...any) {
	js.Global().Get("console").Call("error", fmt.Sprintf(format, args...))
}
