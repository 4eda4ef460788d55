package bench

import (
	"os"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	before, err := look(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if before.parent != os.Getppid() || before.name == "" {
		t.Errorf("this process is %+v, want a child of %d", before, os.Getppid())
	}
	after := before
	for start := time.Now(); err == nil && after.own <= before.own && time.Since(start) < 5*time.Minute; { // this is CPU time, how much of it the machine decides
		after, err = look(os.Getpid())
	}
	if err != nil || after.own <= before.own {
		t.Errorf("used %s after work, %s before (%v)", after.own, before.own, err)
	}
	if used, err := family(os.Getppid()); err != nil || used < after.own {
		t.Errorf("the parent's family used %s, this process of it %s (%v)", used, after.own, err)
	}
	if _, err := look(1 << 30); err == nil {
		t.Error("a process that is not there was found")
	}
}

func TestMemory(t *testing.T) {
	now, err := memory(os.Getpid(), "VmRSS")
	if err != nil || now < 1<<20 {
		t.Errorf("%d bytes now (%v)", now, err)
	}
	if peak, err := memory(os.Getpid(), "VmHWM"); err != nil || peak < now {
		t.Errorf("%d bytes at most, %d before (%v)", peak, now, err)
	}
	if _, err := memory(os.Getpid(), "VmNone"); err == nil {
		t.Error("a line that is not there was found")
	}
}
