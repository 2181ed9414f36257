package webgpu_test

import (
	"testing"

	"trappedinart/engine/backend/backendtest"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/backend/webgpu"
)

func TestAgainstRef(t *testing.T) {
	be, err := webgpu.Open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	backendtest.Compare(t, be, ref.New(), 1e-5)
}
