//go:build gpu && !js

package webgpu_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"trappedinart/engine/backend/webgpu"
)

// TestSPIRV holds what the native compiler makes of every shader against the rules of SPIR-V,
// which drivers need not look at: what breaks them may crash one.
func TestSPIRV(t *testing.T) {
	for _, s := range webgpu.EveryShader(t) {
		file := filepath.Join(t.TempDir(), "shader.spv")
		if err := os.WriteFile(file, s.Binary(t), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("spirv-val", "--target-env", "vulkan1.1", file).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", s.Name(), err, strings.TrimSpace(string(out)))
		}
	}
}
