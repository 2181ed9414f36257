package pixel

import "math"

// A ColourMatch is a way to give one picture the mean and covariance of another's
// colours, by a linear map A of the colours less their mean, for which
// A Cov(from) A' = Cov(to). There are many such maps; these are the ones in use (Gatys
// et al. 2016, arXiv 1606.05897, section 3.1, which has the first two).
type ColourMatch int

const (
	// MatchCholesky has A = L_to inverse(L_from) of the Cholesky factors; it depends on
	// the order of red, green and blue.
	MatchCholesky ColourMatch = iota
	// MatchPCA has A = root(Cov(to)) inverse(root(Cov(from))), of the symmetric roots.
	MatchPCA
	// MatchSymmetric has the symmetric A, which moves colours least: with the root S of
	// Cov(from), A = inverse(S) root(S Cov(to) S) inverse(S) (Pitié and Kokaram 2007,
	// "The linear Monge-Kantorovitch linear colour mapping").
	MatchSymmetric
)

// greySpread is the standard deviation, in grey levels, that every picture's colours
// are taken to have at least in every direction: what a grey picture lacks is not
// blown up.
const greySpread = 2

// Colours are what a picture's colours are brought to: their mean and covariance.
type Colours struct {
	mean [3]float64
	cov  matrix // with greySpread squared along its diagonal
}

// MatchColours returns from's planes with share, 0 to 1, of the way to the colours to.
func MatchColours(from []float32, to Colours, by ColourMatch, share float64) []float32 {
	was := ColoursOf(from)
	a := by.between(was.cov, to.cov)
	out := make([]float32, len(from))
	n := len(from) / channels
	for i := range n {
		var centred [3]float64
		for c := range centred {
			centred[c] = float64(from[c*n+i]) - was.mean[c]
		}
		for c := range centred {
			moved := to.mean[c]
			for k, v := range centred {
				moved += a[c][k] * v
			}
			old := float64(from[c*n+i])
			out[c*n+i] = float32(old + share*(moved-old))
		}
	}
	return out
}

type matrix [3][3]float64

func (m ColourMatch) between(from, to matrix) matrix {
	switch m {
	case MatchCholesky:
		return cholesky(to).times(inverseLower(cholesky(from)))
	case MatchPCA:
		return to.power(0.5).times(from.power(-0.5))
	}
	root, inverse := from.power(0.5), from.power(-0.5)
	return inverse.times(root.times(to).times(root).power(0.5)).times(inverse)
}

// ColoursOf returns the colours of a picture's planes.
func ColoursOf(planes []float32) Colours {
	var s Colours
	n := len(planes) / channels
	for c := range s.mean {
		for _, v := range planes[c*n:][:n] {
			s.mean[c] += float64(v)
		}
		s.mean[c] /= float64(n)
	}
	for c := range s.mean {
		for k := range c + 1 {
			for i := range n {
				s.cov[c][k] += (float64(planes[c*n+i]) - s.mean[c]) * (float64(planes[k*n+i]) - s.mean[k])
			}
			s.cov[c][k] /= float64(n)
			s.cov[k][c] = s.cov[c][k]
		}
		s.cov[c][c] += greySpread * greySpread
	}
	return s
}

func (a matrix) times(b matrix) matrix {
	var p matrix
	for i := range p {
		for j := range p {
			for k := range p {
				p[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return p
}

// power returns a power of a positive definite symmetric matrix, by the eigenvalues
// that Jacobi's rotations find (Golub and Van Loan, Matrix Computations, algorithm
// 8.5.2).
func (a matrix) power(exponent float64) matrix {
	v := matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	for range 20 { // sweeps; a handful suffice
		for _, pq := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
			p, q := pq[0], pq[1]
			if math.Abs(a[p][q]) <= 1e-14*math.Sqrt(a[p][p]*a[q][q]) {
				continue
			}
			t := (a[q][q] - a[p][p]) / (2 * a[p][q])
			tangent := 1 / (math.Abs(t) + math.Sqrt(1+t*t))
			if t < 0 {
				tangent = -tangent
			}
			cos := 1 / math.Sqrt(1+tangent*tangent)
			j := matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
			j[p][p], j[q][q], j[p][q], j[q][p] = cos, cos, cos*tangent, -cos*tangent
			a = j.transposed().times(a).times(j)
			v = v.times(j)
		}
	}
	var d matrix
	for i := range d {
		d[i][i] = math.Pow(max(a[i][i], 0), exponent)
	}
	return v.times(d).times(v.transposed())
}

func (a matrix) transposed() matrix {
	var t matrix
	for i := range t {
		for j := range t {
			t[i][j] = a[j][i]
		}
	}
	return t
}

// cholesky returns the lower triangular l with l l' = a.
func cholesky(a matrix) matrix {
	var l matrix
	for i := range l {
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i == j {
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	return l
}

// inverseLower returns the inverse of a lower triangular matrix.
func inverseLower(l matrix) matrix {
	var inv matrix
	for i := range l {
		inv[i][i] = 1 / l[i][i]
		for j := range i {
			for k := j; k < i; k++ {
				inv[i][j] -= l[i][k] * inv[k][j] / l[i][i]
			}
		}
	}
	return inv
}

// Luma is how bright a colour is, of its grey levels: ITU-R BT.601-7, section 2.5.1.
var luma = [3]float64{0.299, 0.587, 0.114}

// Luminance returns grey planes of the picture's luma.
func Luminance(planes []float32) []float32 {
	out := make([]float32, len(planes))
	n := len(planes) / channels
	for i := range n {
		y := lumaAt(planes, i)
		for c := range channels {
			out[c*n+i] = float32(y)
		}
	}
	return out
}

func lumaAt(planes []float32, i int) float64 {
	n, y := len(planes)/channels, 0.0
	for c, weight := range luma {
		y += weight * float64(planes[c*n+i])
	}
	return y
}

// MatchLuminance returns the grey planes of from's luma, moved to the mean and standard
// deviation of to's (Gatys et al. 2017, arXiv 1611.07865, section 5.1).
func MatchLuminance(from, to []float32) []float32 {
	moments := func(planes []float32) (mean, deviation float64) {
		n := len(planes) / channels
		square := 0.0
		for i := range n {
			y := lumaAt(planes, i)
			mean += y / float64(n)
			square += y * y / float64(n)
		}
		return mean, math.Sqrt(max(square-mean*mean, 0))
	}
	meanFrom, deviationFrom := moments(from)
	meanTo, deviationTo := moments(to)
	out := Luminance(from)
	for i, y := range out {
		out[i] = float32(meanTo + (float64(y)-meanFrom)*(deviationTo+greySpread)/(deviationFrom+greySpread))
	}
	return out
}

// KeepChroma returns the picture with the luma that it has, and share, 0 to 1, of the
// way from its own colour differences to the content's.
func KeepChroma(planes, content []float32, share float64) []float32 {
	out := make([]float32, len(planes))
	n := len(planes) / channels
	for i := range n {
		y, yContent := lumaAt(planes, i), lumaAt(content, i)
		for c := range channels {
			was := float64(planes[c*n+i])
			kept := y + float64(content[c*n+i]) - yContent
			out[c*n+i] = float32(was + share*(kept-was))
		}
	}
	return out
}
