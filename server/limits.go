package main

import (
	"time"

	"github.com/spf13/cobra"

	"trappedinart/server/handler"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
)

// limitFlags bound what people can ask for.
type limitFlags struct {
	uploadMiB, intakeMiB, diskGiB int
	pictureMegapixels, megapixels int
	shareMiB, sharesGiB           int
	connections                   int
	addresses                     handler.Limits
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
	f.IntVar(&l.shareMiB, "limit-share", 32, "the most that a shared picture may take, in MiB, 1 to 64")
	f.IntVar(&l.sharesGiB, "limit-shares", 1, "the most disk that all shared pictures take, in GiB")
	f.IntVar(&l.connections, "limit-connections", 4096, "connections at once; more wait to be taken")
	f.IntVar(&l.addresses.Requests, "limit-requests", 1200, "requests of any kind that one address may make in a minute; 0 is no limit")
	f.IntVar(&l.addresses.Jobs, "limit-new-jobs", 30, "jobs that one address may hand over in a minute; 0 is no limit")
	f.IntVar(&l.addresses.Shares, "limit-new-shares", 20, "pictures that one address may share in a minute; 0 is no limit")
	l.addresses.Exempt = handler.Loopback()
	f.Var(&l.addresses.Exempt, "limit-exempt", "addresses to which limit-requests, limit-new-jobs and limit-new-shares do not apply, with commas between them")
}

func (l *limitFlags) check(queue *jobs.Options) error {
	const most = 1 << 20
	if queue.Jobs < 1 || queue.Jobs > most || queue.Keep < time.Minute || l.diskGiB < 1 || l.diskGiB > most || l.uploadMiB < 1 || l.uploadMiB > 1024 ||
		l.intakeMiB < 2*max(l.uploadMiB, l.shareMiB) || l.intakeMiB > most || l.pictureMegapixels < 1 || l.pictureMegapixels > 64 || l.megapixels < 1 || l.megapixels > 64 ||
		l.shareMiB < 1 || l.shareMiB > 64 || l.sharesGiB < 1 || l.sharesGiB > most || l.connections < 1 || l.connections > most {
		return wrongUse("A limit is out of range: queue, disk, shares and connections from 1, keep from 1m, upload from 1 to 1024, share, picture and megapixels from 1 to 64, uploads from twice upload and share.")
	}
	for _, n := range []int{l.addresses.Requests, l.addresses.Jobs, l.addresses.Shares} {
		if n < 0 || n > most {
			return wrongUse("What one address may do in a minute is from 1 to %d times, or 0 for no limit.", most)
		}
	}
	queue.Bytes = int64(l.diskGiB) << 30
	return nil
}

func (l *limitFlags) config() handler.Config {
	return handler.Config{
		UploadBytes: int64(l.uploadMiB) << 20, IntakeBytes: int64(l.intakeMiB) << 20,
		UploadIdle: 30 * time.Second, UploadTime: 5 * time.Minute,
		PictureMegapixels: l.pictureMegapixels, Megapixels: l.megapixels,
		ShareBytes: int64(l.shareMiB) << 20, Limits: l.addresses,
	}
}

// shares are the limits of what people share.
func (l *limitFlags) shares(replicas int) shares.Options {
	return shares.Options{Bytes: int64(l.sharesGiB) << 30, Replicas: replicas}
}
