// Package observe lets operators see a running Knowhow: metrics for
// Prometheus, traces over OTLP/HTTP, and whether a process is alive and ready.
//
// It owns the names of metrics and spans; what the figures of the database are
// is handed in. No label and no answer holds an id, an address or anything a
// person wrote; a span tells the request's path and where it came from, and
// never a statement's values. Nothing here is open to the outside by itself:
// serve says on which address it is answered.
package observe
