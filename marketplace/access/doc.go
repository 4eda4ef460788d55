// Package access knows who is acting and what they may do: persons, their
// memberships in brands, the Caller every service method takes, and the one
// table of permissions.
//
// It owns the tables persons (global) and memberships (per brand). A brand's
// own row belongs to the room program, an expert's account to expert; sign-in
// and sessions belong to web. A person's e-mail address is kept sealed and
// found by its blind index; it is opened only for sending.
//
// Invariants: a zero Caller may do nothing; the system may do only what the
// table grants it by name, which never includes deciding about people's pay,
// appeals or standing with a brand; a brand that has an owner keeps one.
package access
