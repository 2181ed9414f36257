package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/server/handler"
	"trappedinart/server/jobs"
)

// A limit is a flag, whether its value is in its range, and that range in words.
type limit struct {
	flag  string
	ok    bool
	takes string
}

// mostOfAny bounds what has no bound of its own.
const mostOfAny = 1 << 20

// between is a flag from least to most, in a unit or "".
func between[T int | float64](flag string, value, least, most T, unit string) limit {
	takes := strings.TrimSpace(fmt.Sprintf("%.0f to %.0f %s", float64(least), float64(most), unit))
	return limit{flag, value >= least && value <= most, takes} // a NaN is in no range
}

// atLeast is a flag of a time.
func atLeast(flag string, value, least time.Duration) limit {
	return limit{flag, value >= least, "at least " + shortTime(least)}
}

// shortTime is a time as flags take it: 1m, where its own String has 1m0s.
func shortTime(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return text
}

// within returns an error about the first limit that is out of its range.
func within(limits ...limit) error {
	for _, l := range limits {
		if !l.ok {
			return wrongUse("--%s must be %s.", l.flag, l.takes)
		}
	}
	return nil
}

// limitFlags bound what people can ask for.
type limitFlags struct {
	uploadMiB, intakeMiB, diskGiB int
	pictureMegapixels, megapixels int
	shareMiB, sharesGiB           int
}

func (l *limitFlags) add(cmd *cobra.Command, queue *jobs.Options) {
	f := cmd.Flags()
	f.IntVar(&queue.Jobs, "limit-queue", 16, "jobs that may wait and be painted at once")
	f.DurationVar(&queue.Keep, "limit-keep", 24*time.Hour, "how long a job and its result are kept, from 1m")
	f.IntVar(&l.diskGiB, "limit-disk", 4, "the most disk that pictures, checkpoints and results of all jobs take, in GiB")
	f.IntVar(&l.uploadMiB, "limit-upload", 64, "the most that a job may upload, in MiB, 1 to 1024")
	f.IntVar(&l.intakeMiB, "limit-uploads", 256, "the most memory that all uploads under way take, in MiB")
	f.IntVar(&l.pictureMegapixels, "limit-picture", 32, "the most that an uploaded picture may have, in millions of pixels, 1 to 64")
	f.IntVar(&l.megapixels, "limit-megapixels", 16, "the most that a job's result may have, in millions of pixels, 1 to 64")
	f.IntVar(&l.shareMiB, "limit-share", 32, "the most that a share may have, in MiB, 1 to 64")
	f.IntVar(&l.sharesGiB, "limit-shares", 4, "the most disk that all shares take, in GiB")
}

func (l *limitFlags) check(queue *jobs.Options) error {
	err := within(
		between("limit-queue", queue.Jobs, 1, mostOfAny, "jobs"),
		atLeast("limit-keep", queue.Keep, time.Minute),
		between("limit-disk", l.diskGiB, 1, mostOfAny, "GiB"),
		between("limit-upload", l.uploadMiB, 1, 1024, "MiB"),
		between("limit-uploads", l.intakeMiB, 2*l.uploadMiB, mostOfAny, "MiB, and at least twice --limit-upload"),
		between("limit-picture", l.pictureMegapixels, 1, 64, "million pixels"),
		between("limit-megapixels", l.megapixels, 1, 64, "million pixels"),
		between("limit-share", l.shareMiB, 1, 64, "MiB"),
		between("limit-shares", l.sharesGiB, 1, mostOfAny, "GiB"),
	)
	queue.Bytes = int64(l.diskGiB) << 30
	return err
}

func (l *limitFlags) config() handler.Config {
	return handler.Config{
		UploadBytes: int64(l.uploadMiB) << 20, IntakeBytes: int64(l.intakeMiB) << 20,
		ShareBytes: int64(l.shareMiB) << 20,
		UploadIdle: 30 * time.Second, UploadTime: 5 * time.Minute,
		PictureMegapixels: l.pictureMegapixels, Megapixels: l.megapixels,
	}
}
