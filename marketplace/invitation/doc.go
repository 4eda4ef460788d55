// Package invitation owns how people are asked to apply to a program: by a link
// that is passed on, by addresses that are written in, or by a file of the brand's
// own customers; the mails to them, and the count of who came. What somebody does
// who follows a link is room admission's.
//
// Invariants: an address is written to once for a program, and never where its
// reader has refused invitations; the mails of a brand are bounded by the day; no
// more apply by an invitation than may; whose address is known here is not the
// brand's to find out; addresses are sealed, and forgotten once they are not
// needed any more.
package invitation
