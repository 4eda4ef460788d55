package demo

import (
	"context"
	"os"
	"sync/atomic"

	"knowhow/payouts"
)

// Outlet is a provider whose plug can be pulled: after an armed number of
// transfers the process that asked for them is killed. The provider has made
// the last one then, and nobody here was told.
type Outlet struct {
	payouts.Provider
	// Kill ends the process at once; nil: by SIGKILL, which nothing can catch.
	Kill func()

	stage *Stage
	left  atomic.Int64 // transfers until then; 0: it is not armed
}

// NewOutlet is the provider with a plug.
func NewOutlet(p payouts.Provider) *Outlet { return &Outlet{Provider: p} }

// arm has the process die after so many transfers.
func (o *Outlet) arm(transfers int) { o.left.Store(int64(transfers)) }

// Move implements payouts.Provider.
func (o *Outlet) Move(ctx context.Context, req payouts.MoveRequest) (payouts.Movement, error) {
	made, err := o.Provider.Move(ctx, req)
	if err != nil || req.Kind != payouts.MoveTransfer || o.left.Load() == 0 || o.left.Add(-1) != 0 {
		return made, err
	}
	if err := o.stage.dying(ctx, req.Subject); err != nil {
		return made, err
	}
	if o.Kill != nil {
		o.Kill()
		return made, ctx.Err()
	}
	kill()
	return made, err
}

// kill ends this process as a power cut would: no handler runs, nothing is put
// in order.
func kill() {
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Kill() == nil {
		select {} // until it has come
	}
}
