package runner

import "fmt"

// Means are what a worker may take of this device.
type Means struct {
	Workers int   // that paint, itself among them
	Memory  int64 // bytes
}

// less returns means with which a worker may live that these have ended: fewer workers, which
// make the same picture to the bit, and if that was tried already, or there is only one, less
// memory, by smaller blocks.
func (m Means) less(again bool) Means {
	if again || m.Workers <= 1 {
		m.Memory /= 2
	}
	m.Workers = max(1, m.Workers/2)
	return m
}

// began says that a worker with these means has taken the place of one that ended, at the
// latest checkpoint or, without one, at the beginning.
func (m Means) began(before Means, checkpoint bool) string {
	less := m.Memory < before.Memory
	switch {
	case checkpoint && less:
		return fmt.Sprintf("The engine stopped and was started again. The painting goes on from its last checkpoint, with %d of %d workers and %d MB of memory.", m.Workers, before.Workers, m.Memory>>20)
	case checkpoint:
		return fmt.Sprintf("The engine stopped and was started again. The painting goes on from its last checkpoint, with %d of %d workers.", m.Workers, before.Workers)
	case less:
		return fmt.Sprintf("The engine stopped and was started again. The painting begins again, with %d of %d workers and %d MB of memory.", m.Workers, before.Workers, m.Memory>>20)
	}
	return fmt.Sprintf("The engine stopped and was started again. The painting begins again, with %d of %d workers.", m.Workers, before.Workers)
}
