// Package version tells which build of Knowhow this is.
package version

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"knowhow/cmd/knowhow/internal/output"
)

// Number is set by the linker (see the Makefile); without it the build tells
// the commit it was made from, where the toolchain noted it.
var Number = ""

// Command is `knowhow version`.
type Command struct {
	output.Format
}

// Run implements the command.
func (c *Command) Run(out io.Writer) error {
	result := struct {
		Version string `json:"version"`
		Go      string `json:"go"`
		System  string `json:"system"`
	}{Build(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	return c.Print(out, result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "knowhow %s (%s, %s)\n", result.Version, result.Go, result.System)
		return err
	})
}

// Build names this build.
func Build() string {
	if Number != "" {
		return Number
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "unreleased"
}
