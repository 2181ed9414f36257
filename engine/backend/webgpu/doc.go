// Package webgpu is the back end for GPUs: the same Go and the same compute shaders run
// natively, by Vulkan, Metal or DirectX 12, and in the browser's Web Worker.
//
// Feature maps lie four channels together, [C/4,H,W,4]. wgsl has one file for each
// operation; README.md has what each costs and what was refused.
//
// Everything is recorded and handed over when somebody waits: Read and Dots alone do. A
// device that fails computes no more: these two say so (backend.ErrLost), and the rest does
// nothing.
//
// There are no environment variables of ours. VK_ICD_FILENAMES says to Vulkan which drivers
// there are.
package webgpu
