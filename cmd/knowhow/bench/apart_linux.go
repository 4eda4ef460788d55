package bench

import "syscall"

// apart keeps a started process from this one's terminal, and ends it when the
// thread that started it ends.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
