// Package stream tells callers as it happens what concerns them, by
// server-sent events. Every process has one Hub. It reads the log of events in
// commit order, looks up who may hear of each as things stand at that moment,
// and sends them thin notices: what happened, to which thing, when. What they
// may know of it they read through the API.
//
// A notice's id is its event's place in commit order, so a client that lost its
// connection goes on where it was, at any process on the same database: it
// misses none and gets none twice. Who hears of an event is looked up again
// then; one who has meanwhile left a brand, or whose turn on a question is
// over, hears nothing of it any more. One event is one notice per connection:
// who would hear of it both as its expert and as one of the brand's people,
// hears it as the expert.
//
// An idle connection costs no goroutine and no buffer: the Hub takes it over
// from net/http and keeps the socket alone. While no client is connected the
// Hub reads nothing.
package stream
