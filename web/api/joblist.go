package api

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
)

// jobRoutes are what waits to be done, and what failed for good.
func (a *API) jobRoutes() {
	runs := operator(access.ManageJobs)
	read(a, Route{ID: "listJobs", Path: "/jobs", Tag: operatorsTag, Who: runs,
		Summary: "List the jobs that are not done, the last enqueued first"}, a.jobs)
	act(a, Route{ID: "retryJob", Path: "/jobs/{job}/retry", Tag: operatorsTag, Who: runs,
		Summary: "Run a buried job again, with all its attempts"}, a.retryJob)
	act(a, Route{ID: "buryJob", Path: "/jobs/{job}/bury", Tag: operatorsTag, Who: runs,
		Summary: "Take a waiting job out of the queue"}, a.buryJob)
}

type jobsIn struct {
	PageParams
	State job.State `query:"state" enum:"ready,running,buried" doc:"In this state."`
	Kind  string    `query:"kind" maxLength:"100" doc:"Of this kind."`
}

// Job is a piece of work that is not done.
type Job struct {
	ID         string               `json:"id" doc:"Its number."`
	Kind       string               `json:"kind"`
	State      job.State            `json:"state" enum:"ready,running,buried"`
	Brand      *marketplace.BrandID `json:"brand" nullable:"true" doc:"Null: of no one brand."`
	Args       string               `json:"args" doc:"JSON: ids, codes and numbers."`
	RunAt      time.Time            `json:"run_at" doc:"When it may run."`
	Attempts   int                  `json:"attempts"`
	LeaseUntil *time.Time           `json:"lease_until" doc:"Until when its worker has it; null unless it runs."`
	LastError  string               `json:"last_error"`
	CreatedAt  time.Time            `json:"created_at"`
}

func jobOf(j job.Job) Job {
	shape := Job{
		ID: strconv.FormatInt(j.Seq, 10), Kind: j.Kind, State: j.State, Args: j.Args, RunAt: j.RunAt, Attempts: j.Attempts,
		LeaseUntil: j.LeaseUntil, LastError: j.LastError, CreatedAt: j.CreatedAt,
	}
	if !j.BrandID.IsZero() {
		shape.Brand = &j.BrandID
	}
	return shape
}

func (a *API) jobs(ctx context.Context, caller access.Caller, in *jobsIn) (*Listed[Job], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	jobs, err := a.House.Insight.Jobs(ctx, caller, job.Filter{State: in.State, Kind: in.Kind}, page)
	return listOf(jobs, jobOf), err
}

type jobIn struct {
	Job string `path:"job" pattern:"^[0-9]{1,18}$" doc:"The job's number."`
}

// seq is the number; the pattern lets nothing else through.
func (in *jobIn) seq() (int64, error) {
	seq, err := strconv.ParseInt(in.Job, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", marketplace.ErrInvalid, err)
	}
	return seq, nil
}

func (a *API) retryJob(ctx context.Context, caller access.Caller, in *jobIn) error {
	seq, err := in.seq()
	if err != nil {
		return err
	}
	return a.House.Insight.RetryJob(ctx, caller, seq)
}

func (a *API) buryJob(ctx context.Context, caller access.Caller, in *jobIn) error {
	seq, err := in.seq()
	if err != nil {
		return err
	}
	return a.House.Insight.BuryJob(ctx, caller, seq)
}
