// Package browser is what page and worker both ask of the browser: decoding a picture file,
// carrying the messages of package protocol, fetching files as they come, and keeping them
// from one visit to the next.
// All of it is there for js/wasm only.
package browser
