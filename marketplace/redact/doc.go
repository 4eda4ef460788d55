// Package redact keeps personal data away from those who do not need it.
//
// It owns two things. The first is redaction: a [Redactor] finds personal data
// in a text of any language and puts consistent placeholders ("[name 1]",
// "[card 1]") in its place, so that an expert reads who is who without reading
// who it is; [Evaluate] measures how well, on marked text. The second is
// sealing: a [Keyring] encrypts personal fields at rest, and computes the blind
// index by which a sealed field is still found.
//
// It leaves to others when to redact, what to store, and who may see a raw text.
//
// Invariants: any bytes in, valid UTF-8 out; spans lie inside the original, in
// order, without overlap; redacting a redacted text changes nothing; the work
// is linear in the length of the text; a [State] holds no value in the clear;
// no key is ever printed.
package redact
