package jobs

import (
	"bytes"
	"context"

	"github.com/nats-io/nats.go/jetstream"
)

// A bucket keeps files by names.
type bucket struct {
	jetstream.ObjectStore
	stream jetstream.Stream // of its chunks
	name   string
}

// openBucket finds what is behind an object store.
func openBucket(ctx context.Context, js jetstream.JetStream, name string, objects jetstream.ObjectStore) (*bucket, error) {
	stream, err := js.Stream(ctx, "OBJ_"+name) // ADR-20 of NATS has the names
	return &bucket{objects, stream, name}, err
}

// room returns errFull if there is no room for so many bytes, and some more: what says
// that a file is removed must still find room.
func (b *bucket) room(ctx context.Context, size int64) error {
	const more = 128 << 10
	info, err := b.stream.Info(ctx)
	if err != nil {
		return err
	}
	if most := info.Config.MaxBytes; most > 0 && int64(info.State.Bytes)+size+more > most {
		return errFull()
	}
	return nil
}

// put keeps a whole file, or nothing, and erases what had the name before.
func (b *bucket) put(ctx context.Context, name string, data []byte) error {
	b.remove(name)
	if err := b.room(ctx, int64(len(data))); err != nil {
		return err
	}
	const chunk = 512 << 10 // half of what a message can have
	_, err := b.Put(ctx, jetstream.ObjectMeta{Name: name, Opts: &jetstream.ObjectMetaOptions{ChunkSize: chunk}}, bytes.NewReader(data))
	if err != nil {
		b.remove(name) // its head may be there without the rest
	}
	return err
}

// remove removes a file, and its bytes from the disk, which the object store itself
// leaves there until it needs the place. A chunk that cannot be removed expires.
func (b *bucket) remove(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if info, err := b.GetInfo(ctx, name); err == nil {
		for range info.Chunks {
			m, err := b.stream.GetLastMsgForSubject(ctx, "$O."+b.name+".C."+info.NUID)
			if err != nil || b.stream.SecureDeleteMsg(ctx, m.Sequence) != nil {
				break
			}
		}
	}
	_ = b.Delete(ctx, name)
}
