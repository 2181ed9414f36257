package envelope

// Decode and Encode are for the fuzzer, which has no key.
func Decode(data []byte, old bool) (*Envelope, error) { return decode(data, old) }
func Encode(e Envelope) []byte                        { return e.encode() }

var Padded = padded
