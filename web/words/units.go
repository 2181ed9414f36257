package words

import "time"

// Bytes is a number of bytes in words.
func Bytes(n int) string {
	if n < 1e6 {
		return T("%d KB", (n+999)/1000)
	}
	if n >= 1e8 && n < 1e9 {
		return T("%d MB", (n+500_000)/1_000_000)
	}
	if n >= 1e9 {
		return T("%.1f GB", float64(n)/1e9)
	}
	return T("%.1f MB", float64(n)/1e6)
}

// Duration is a time in words, as exact as one waits for it.
func Duration(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < 2*time.Minute:
		return T("%d s", max(1, int(d.Seconds())))
	case d < 2*time.Hour:
		return T("%d min", int(d.Minutes()+0.5))
	}
	return T("%.1f h", d.Hours())
}

// Date is a day and a time of it in words.
func Date(t time.Time) string {
	return T("%d %s, %s", t.Day(), month(t.Month()), t.Format("15:04"))
}

func month(m time.Month) string {
	return [...]string{
		T("January"), T("February"), T("March"), T("April"), T("May"), T("June"),
		T("July"), T("August"), T("September"), T("October"), T("November"), T("December"),
	}[m-time.January]
}
