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
	from := "begins again"
	if checkpoint {
		from = "goes on from its last checkpoint"
	}
	on := fmt.Sprintf("on %d processors", m.Workers)
	if m.Workers == 1 {
		on = "on one processor"
	}
	if m.Memory < before.Memory {
		on += fmt.Sprintf(", in at most %d MB of memory", m.Memory>>20)
	}
	return fmt.Sprintf("The engine stopped and was started again. The painting %s, %s.", from, on)
}
