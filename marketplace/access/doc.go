// Package access knows who is acting and what they may do: persons, their
// memberships in brands, brands' API keys, the Caller every service method
// takes, and the one table of permissions.
//
// It owns the tables persons (global), memberships and api_keys (per brand). A
// brand's own row belongs to the room program, an expert's account to expert;
// passwords and sessions belong to signin. A person's e-mail address is kept sealed and
// found by its blind index; it is opened only for sending.
//
// Invariants: a zero Caller may do nothing; the system may do only what the
// table grants it by name, which never includes deciding about people's pay,
// appeals or standing with a brand, and neither does an API key, which reaches
// its own brand alone; a brand that has an owner keeps one.
package access
