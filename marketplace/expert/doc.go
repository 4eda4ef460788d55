// Package expert owns the people who work: their profile and how much they can
// take on, their way into a program (invitation, application, terms, quiz,
// approval) and
// out of it, what is on record about who answered what (evidence), what is
// believed of their work (standing), and the answers they keep to use again
// (macros). Which expert is asked is package
// matching's and room question's; pay is package payouts'.
//
// Invariants: only a named human approves, rejects or suspends, and never
// themselves; an expert may leave at any time; the assignments in hand are
// counted, never below zero, and taken only below capacity; evidence holds
// redacted text only, and every committed change of it is seen by whoever reads
// with a cursor; nothing here counts who declined.
package expert
