// Package messages holds what the faces say, in every language: a folder per
// language, a file per part. A file has flat keys; a text has placeholders as
// {name}; what is counted has a text for each plural form ("one", "other", …).
// A new language is a new folder: no code names one.
//
// The browser apps compile their parts in themselves; here are those of the
// pages the service writes.
package messages

import "embed"

// Files are the texts of the server-rendered pages.
//
//go:embed */pages.json */receipt.json
var Files embed.FS
