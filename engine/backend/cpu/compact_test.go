package cpu_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
)

// half is a number in half precision, as compact vectors hold it: of the 24 bits of a float32's
// fraction 8 are left, rounded to the nearest.
func half(v float32) float32 {
	if v == 0 {
		return 0
	}
	_, exponent := math.Frexp(float64(v))
	return float32(math.Ldexp(math.RoundToEven(math.Ldexp(float64(v), 8-exponent)), exponent-8))
}

// Compact vectors are combined and multiplied as others that hold the same numbers, whatever the
// number of threads, and what is read from them is written back as it was.
func TestCompact(t *testing.T) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(3, 4))
	for _, shape := range []backend.Shape{{C: 3, H: 1, W: 1}, {C: 3, H: 5, W: 7}, {C: 3, H: 97, W: 131}, {C: 1, H: 3, W: 3}} {
		numbers := make([][]float32, 3)
		for k := range numbers {
			numbers[k] = make([]float32, shape.Len())
			for i := range numbers[k] {
				numbers[k][i] = float32(random.NormFloat64() * math.Pow(10, float64(2*k-3)))
			}
		}
		var first []float64
		for threads := 1; threads <= 3; threads++ {
			be := cpu.New(threads)
			full, small := make([]backend.Buffer, 3), make([]backend.Buffer, 3)
			for k := range full {
				full[k], small[k] = be.New(shape), be.NewCompact(shape)
				be.Write(small[k], numbers[k])
				rounded := make([]float32, shape.Len())
				for i, v := range numbers[k] {
					rounded[i] = half(v)
				}
				be.Write(full[k], rounded)
			}
			read := func(b backend.Buffer) []float32 {
				values := make([]float32, shape.Len())
				if err := be.Read(ctx, values, b); err != nil {
					t.Fatal(err)
				}
				return values
			}
			same := func(what string, got, want []float32, rounds bool) {
				t.Helper()
				for i, w := range want {
					if rounds {
						w = half(w)
					}
					if !(math.Abs(float64(got[i]-w)) <= 1e-6*math.Abs(float64(w))) {
						t.Fatalf("%v, %s: number %d is %v, want %v", shape, what, i, got[i], w)
					}
				}
			}
			for k := range full {
				same("written", read(small[k]), read(full[k]), false)
			}
			to, want := be.New(shape), be.New(shape)
			be.Combine(to, 1, full[0], -0.5, small[1])
			be.Combine(want, 1, full[0], -0.5, full[1])
			same("to a full one", read(to), read(want), false)
			narrow := be.NewCompact(shape)
			be.Combine(narrow, 0.3, full[0], 0, nil)
			be.Combine(want, 0.3, full[0], 0, nil)
			same("scaled", read(narrow), read(want), true)
			be.Combine(narrow, 1, small[2], -1, full[1])
			be.Combine(want, 1, full[2], -1, full[1])
			same("of both", read(narrow), read(want), true)
			got, exact := make([]float64, 3), make([]float64, 3)
			if err := be.Dots(ctx, got, []backend.Pair{{A: small[0], B: small[1]}, {A: small[1], B: full[2]}, {A: full[0], B: small[0]}}); err != nil {
				t.Fatal(err)
			}
			if err := be.Dots(ctx, exact, []backend.Pair{{A: full[0], B: full[1]}, {A: full[1], B: full[2]}, {A: full[0], B: full[0]}}); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if !(math.Abs(got[i]-exact[i]) <= 1e-5*math.Sqrt(float64(shape.Len()))*(1e-6+math.Abs(exact[i]))) {
					t.Errorf("%v: product %d is %v, want %v", shape, i, got[i], exact[i])
				}
				if first != nil && got[i] != first[i] {
					t.Errorf("%v: product %d is %v on %d threads, %v on one", shape, i, got[i], threads, first[i])
				}
			}
			first = got
			be.Release(narrow)
		}
	}
}
