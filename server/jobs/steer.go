package jobs

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
)

// maxRecipe bounds a recipe by which a job is steered, in bytes.
const maxRecipe = 64 << 10

// Steer gives a job another recipe, whose live settings it takes at its next iteration, or
// when it is begun; who goes on with it later takes them too.
func (q *Queue) Steer(ctx context.Context, id, token string, recipe engine.Recipe) error {
	if err := recipe.Validate(); err != nil {
		return err
	}
	j, err := q.find(ctx, id, token)
	if err != nil {
		return err
	}
	if s, _, _ := q.index.status(j); final(s.State) {
		return engine.Errorf(engine.NotFound, "This job has ended. Its recipe cannot change any more.")
	}
	_, err = q.recipes.Put(ctx, id, recipe.JSON())
	if err != nil {
		return answered(err)
	}
	return nil
}

// steer hands the recipes that a job is given on to its run, until ctx ends.
func (b *buckets) steer(ctx context.Context, id string, control *engine.Control) error {
	return follow(ctx, b.recipes, id, func(e jetstream.KeyValueEntry) {
		if e.Operation() != jetstream.KeyValuePut {
			return
		}
		if r, err := engine.ParseRecipe(e.Value()); err == nil {
			_ = control.Change(r) // was valid when it was put
		}
	})
}
