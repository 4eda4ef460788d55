// Package output is how every command prints its result: readable text, or
// JSON for programs, always whole and always to standard output.
package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Format is the flag of every command that has both forms; embed it.
type Format struct {
	Name string `name:"format" env:"KNOWHOW_FORMAT" enum:"text,json" default:"text" help:"How to print the result: ${enum} (default: ${default})."`
}

// Print writes result as indented JSON, or what text writes about it. Nothing
// is written where either fails.
func (f Format) Print(to io.Writer, result any, text func(w io.Writer) error) error {
	var whole bytes.Buffer
	if f.Name == "json" {
		text = func(w io.Writer) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			return encoder.Encode(result)
		}
	}
	if err := text(&whole); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if _, err := to.Write(whole.Bytes()); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
