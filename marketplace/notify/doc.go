// Package notify writes to people outside the apps: e-mail, by SMTP or, where
// none is configured, into a directory of files.
//
// It owns the tables mails, mail_choices, mail_refusals and mail_watch, the job
// that sends a mail, the texts of all mails in every language, and what its readers
// chose to be written. What stands in a text's places is the sender's: it comes
// already redacted for whoever reads it. Where a person is
// reached is access's.
//
// Invariants: a mail exists once the transaction that wrote it commits, and
// once per key; it is handed over at least once, every time under the same
// Message-ID; an address is in clear only between opening and handing over,
// never in a job, an error or a log, and a server's words, which like to quote
// it, are cut down to their codes.
package notify
