// Package customer knows the people a brand serves: who they are on which
// channel, how they come back, what they agreed to, and how they are forgotten.
//
// It owns the tables customers, identities, consents, devices, resume_links,
// identity_keys and used_tokens, all of one brand
// each: the same e-mail address in two brands is two customers who never meet.
// What customers ask belongs to the room question.
//
// Invariants: names and handles are stored sealed only, in columns ending in
// _sealed; a handle on a channel is one customer's, however many requests race
// to make them; a customer is verified by their brand alone: by its people, its
// API keys or a token signed with its identity key; tokens are kept as hashes,
// and a link or a signed token with an id works once; erasing a customer empties every personal column of every room
// that registered an eraser, in one transaction, or nothing at all.
package customer
