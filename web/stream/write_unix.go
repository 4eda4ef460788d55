//go:build unix

package stream

import (
	"errors"
	"net"
	"syscall"
)

// writeNow writes as much of text as the socket takes at once, perhaps nothing.
// A connection that is no socket takes nothing.
func writeNow(c net.Conn, text []byte) (n int, err error) {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return 0, nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		for {
			n, failed = syscall.Write(int(fd), text)
			if !errors.Is(failed, syscall.EINTR) {
				return true // never wait for the socket
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(failed, syscall.EAGAIN):
		return 0, nil
	case failed != nil:
		return 0, failed
	}
	return n, nil
}

// hungUp reports that the client closed its end: it will not come to read what
// is still to be found out for it.
func hungUp(c net.Conn) bool {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return true
	}
	over := false
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		over = err == nil && n == 0 || errors.Is(err, syscall.ECONNRESET)
	})
	return over || err != nil
}
