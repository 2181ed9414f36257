//go:build !js

package webgpu_test

import (
	"slices"
	"strings"
	"testing"

	"trappedinart/engine/backend/webgpu"
)

// builtIn are the names of WGSL's own functions. The native compiler made invalid code of one of
// ours that had such a name.
var builtIn = strings.Fields(`all any select arrayLength abs acos acosh asin asinh atan atanh atan2 ceil clamp cos
	cosh countLeadingZeros countOneBits countTrailingZeros cross degrees determinant distance dot dot4U8Packed dot4I8Packed exp
	exp2 extractBits faceForward firstLeadingBit firstTrailingBit floor fma fract frexp insertBits inverseSqrt ldexp length
	log log2 max min mix modf normalize pow quantizeToF16 radians reflect refract reverseBits round saturate sign sin sinh
	smoothstep sqrt step tan tanh transpose trunc dpdx dpdy fwidth bitcast storageBarrier workgroupBarrier workgroupUniformLoad`)

// TestShaders compiles every shader in every form that is asked for, so that a mistake is
// found without a GPU, and holds what it takes against the limits that every GPU keeps.
func TestShaders(t *testing.T) {
	files := map[string]bool{}
	for _, file := range webgpu.Files() {
		files[file] = true
	}
	for _, s := range webgpu.EveryShader(t) {
		s.Used(files)
		if err := s.Compile(); err != nil {
			t.Errorf("%v", err)
		}
		if n := s.Shared(); n > 16<<10 {
			t.Errorf("%s takes %d bytes of shared memory, and 16384 are the most", s.Name(), n)
		}
		if n := s.Invocations(); n < 1 || n > 256 {
			t.Errorf("%s has %d invocations, and 256 are the most", s.Name(), n)
		}
		if n := s.Bindings(); n > 8 {
			t.Errorf("%s binds %d buffers, and 8 are the most", s.Name(), n)
		}
		for _, name := range s.Names() {
			if slices.Contains(builtIn, name) {
				t.Errorf("%s: %s is the name of a function of the language, and compilers take it for that", s.Name(), name)
			}
		}
		if line := s.Uninitialised(); line != "" {
			t.Errorf("%s: a var without a value, which one of the compilers leaves as it is", line)
		}
	}
	for file, left := range files {
		if left {
			t.Errorf("%s.wgsl is used by no shader", file)
		}
	}
}

// TestMistakes: a mistake is named by the file and line that it is in, not those of the text
// that is compiled.
func TestMistakes(t *testing.T) {
	s := webgpu.Shader(t, "convolve", "BIAS SIGNS "+webgpu.WidestTile)
	place := s.Break("lo3 += a0 * v3.x", "lo3 += a0 * ) v3.x")
	err := s.Compile()
	if err == nil || !strings.Contains(err.Error(), place) {
		t.Errorf("the error is %v, and the mistake is at %s", err, place)
	}
}
