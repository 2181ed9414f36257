//go:build !js

package patch

var SortFloats = sortFloats
