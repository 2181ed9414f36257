// Package browser is what page and worker both ask of the browser: waiting for a
// promise, decoding a picture file, and carrying the messages of package protocol.
// All of it is there for js/wasm only.
package browser
