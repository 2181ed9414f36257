package words

import (
	"fmt"
	"time"
)

// Bytes is a number of bytes in words.
func Bytes(n int) string {
	if n < 1e6 {
		return fmt.Sprintf("%d KB", (n+999)/1000)
	}
	if n >= 1e8 && n < 1e9 {
		return fmt.Sprintf("%d MB", (n+500_000)/1_000_000)
	}
	if n >= 1e9 {
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// Duration is a time in words, as exact as one waits for it.
func Duration(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return fmt.Sprintf(Seconds, max(1, int(d.Seconds())))
	case d < 2*time.Hour:
		return fmt.Sprintf(ManyMinutes, int(d.Minutes()+0.5))
	}
	return fmt.Sprintf(ManyHours, d.Hours())
}
