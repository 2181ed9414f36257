package backend

// A Trainer is a Backend that can also fit a network's weights. Nothing but training
// asks for it.
type Trainer interface {
	Backend

	// ConvolveGrad adds to dw [O,I,3,3] and db [O] the gradient with respect to weights
	// and biases, given ddst [O,H,W], the gradient with respect to the output, of which
	// only the units in pos count, and the input src [I,H,W].
	//
	//	dw[o,i,u,v] += sum_{y,x} pos[o,y,x] ddst[o,y,x] src[i,y+u-1,x+v-1]
	//	db[o]       += sum_{y,x} pos[o,y,x] ddst[o,y,x]
	ConvolveGrad(dw, db []float32, ddst, src Buffer, pos Memo)

	// Map overwrites dst [O,H,W] with m [O,I] times src [I,H,W] at every place p.
	//
	//	dst[o,p] = sum_i m[o,i] src[i,p]
	Map(dst, src Buffer, m []float32)
	// MapGrad adds to dm [O,I] the gradient with respect to m.
	//
	//	dm[o,i] += sum_p ddst[o,p] src[i,p]
	MapGrad(dm []float32, ddst, src Buffer)
}

// CheckConvolveGrad checks ConvolveGrad.
func CheckConvolveGrad(dw, db []float32, out, in Shape, pos Memo) {
	if len(dw) != out.C*in.C*9 || len(db) != out.C || in.H != out.H || in.W != out.W {
		panic("backend: gradient of weights and feature maps do not fit")
	}
	if pos != nil && pos.MemoOf() != out {
		panic("backend: mask and feature map differ in shape")
	}
}

// CheckMap checks Map and MapGrad.
func CheckMap(m []float32, out, in Shape) {
	if len(m) != out.C*in.C || in.H != out.H || in.W != out.W {
		panic("backend: matrix and feature maps do not fit")
	}
}
