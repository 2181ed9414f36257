//go:build linux || darwin || freebsd

package fetch

import "syscall"

// freeBytes returns how many bytes more the file system of a directory takes.
func freeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
