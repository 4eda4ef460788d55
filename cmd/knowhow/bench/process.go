package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is what Linux counts CPU time in, whatever the kernel's own is.
const tick = 10 * time.Millisecond

// process is what /proc tells of one.
type process struct {
	name     string
	parent   int
	own      time.Duration // CPU time, user and system
	children time.Duration // of its children that have ended
}

// look reads a process's numbers.
func look(pid int) (process, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, fmt.Errorf("look at process %d: %w", pid, err)
	}
	// The name is in parentheses and may hold any character.
	open, closing := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || closing < open {
		return process{}, fmt.Errorf("look at process %d: unknown form", pid)
	}
	fields := strings.Fields(string(text[closing+1:]))
	if len(fields) < 15 {
		return process{}, fmt.Errorf("look at process %d: unknown form", pid)
	}
	var n [5]int64 // ppid, utime, stime, cutime, cstime
	for i, at := range []int{1, 11, 12, 13, 14} {
		if n[i], err = strconv.ParseInt(fields[at], 10, 64); err != nil {
			return process{}, fmt.Errorf("look at process %d: %w", pid, err)
		}
	}
	return process{
		name: string(text[open+1 : closing]), parent: int(n[0]),
		own: time.Duration(n[1]+n[2]) * tick, children: time.Duration(n[3]+n[4]) * tick,
	}, nil
}

// family is the CPU time of a process and all its children, living or not.
func family(pid int) (time.Duration, error) {
	head, err := look(pid)
	if err != nil {
		return 0, err
	}
	list, err := os.ReadDir("/proc")
	if err != nil {
		return 0, fmt.Errorf("list the processes: %w", err)
	}
	total := head.own + head.children
	for _, entry := range list {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		child, err := look(id)
		switch {
		case errors.Is(err, os.ErrNotExist): // it has just ended
		case err != nil:
			return 0, err
		case child.parent == pid:
			total += child.own + child.children
		}
	}
	return total, nil
}

// memory reads one line of a process's /proc status in bytes: VmHWM is the most
// memory it has had, VmRSS what it has now.
func memory(pid int, line string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("look at the memory of process %d: %w", pid, err)
	}
	for l := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(l, line+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no %s", pid, line)
}
