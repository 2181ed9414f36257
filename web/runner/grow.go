package runner

import (
	"context"
	"errors"
	"image"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// addressFor is how long a grow waits for the address of the network whose eyes it borrows: the small
// one, which the page has at once.
const addressFor = 5 * time.Second

// Grow has the worker grow scribbles on a picture, as segment.Grow does.
func (r *Worker) Grow(ctx context.Context, img *image.NRGBA, seeds []uint8) ([]uint8, error) {
	if !r.take() {
		return nil, errBusy()
	}
	defer r.busy.Unlock()
	soon, stop := context.WithTimeout(ctx, addressFor)
	url, err := r.Address(soon, engine.SmallNetwork)
	stop()
	if err != nil {
		url = "" // colours alone
	}
	mask, err := r.grow(ctx, url, img, seeds)
	if errors.As(err, new(errLost)) { // another worker can do it as well
		mask, err = r.grow(ctx, url, img, seeds)
	}
	return mask, err
}

// grow is Grow by one worker.
func (r *Worker) grow(ctx context.Context, url string, img *image.NRGBA, seeds []uint8) ([]uint8, error) {
	w, id, err := r.prepared(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.Post(protocol.Grow{ID: id, WeightsURL: url, Picture: img, Seeds: seeds}); err != nil {
		r.end(w)
		return nil, lost(err)
	}
	for {
		select {
		case <-ctx.Done():
			r.end(w)
			return nil, unavailable(ctx.Err())
		case <-w.in.bell:
			list, broken := w.in.take()
			for _, m := range list {
				switch m := m.(type) {
				case protocol.Grown:
					if m.ID == id && len(m.Mask) == len(seeds) {
						return m.Mask, nil
					}
				case protocol.Failed:
					if m.ID == id || m.ID == 0 {
						return nil, m.Err()
					}
				}
			}
			if broken != nil {
				r.end(w)
				return nil, lost(broken)
			}
		}
	}
}
