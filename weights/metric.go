package weights

import (
	"encoding/binary"

	"github.com/x448/float16"
)

// pack returns the rows of a symmetric matrix [n,n] up to its diagonal, one after the other,
// in half precision.
func pack(matrix []float32, n int) []byte {
	data := make([]byte, 0, n*(n+1))
	for i := range n {
		for _, v := range matrix[i*n:][:i+1] {
			data = binary.LittleEndian.AppendUint16(data, float16.Fromfloat32(v).Bits())
		}
	}
	return data
}

// unpack returns the matrix that pack was given.
func unpack(data []byte, n int) []float32 {
	matrix := make([]float32, n*n)
	at := 0
	for i := range n {
		for j := range i + 1 {
			v := float16.Frombits(binary.LittleEndian.Uint16(data[at:])).Float32()
			matrix[i*n+j], matrix[j*n+i] = v, v
			at += 2
		}
	}
	return matrix
}
