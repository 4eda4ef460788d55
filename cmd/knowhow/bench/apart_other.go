//go:build !linux

package bench

import "syscall"

// apart changes nothing here: the measures are read from Linux's /proc.
func apart() *syscall.SysProcAttr { return nil }
