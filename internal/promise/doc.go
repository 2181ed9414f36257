// Package promise waits for JavaScript's promises and takes its exceptions for errors. Page,
// worker and the back end of GPUs have it, and it knows nothing else. All of it is there for
// js/wasm only.
package promise
