package envelope

// Decode and Encode are for the fuzzer, which has no key.
var Decode = decode

func Encode(e Envelope) []byte { return e.encode() }
