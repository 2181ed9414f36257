package transfer

import "time"

// budget is how long the run may take, or 0.
func (j *job) budget() time.Duration {
	return time.Duration(j.recipe.TimeBudget * float64(time.Second))
}

// spent says whether the scales up to i have had their share of the time: each has as
// much as its evaluations cost of all.
func (j *job) spent(i int) bool {
	budget := j.budget()
	if budget == 0 {
		return false
	}
	share, all := 0., 0.
	for k := range j.sizes {
		all += j.cost(k)
		if k <= i {
			share += j.cost(k)
		}
	}
	return time.Since(j.opened) >= time.Duration(float64(budget)*share/all)
}
