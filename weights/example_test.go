//go:build !js

package weights_test

import (
	"context"
	"fmt"

	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// A Store without a directory has the networks in the program.
func ExampleStore() {
	store := &weights.Store{}
	entries, err := store.List()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range entries {
		fmt.Println(e.Name, "sees as deep as", e.Taps[len(e.Taps)-1])
	}
	network, err := store.Named(context.Background(), weights.SmallName)
	if err != nil {
		fmt.Println(err)
		return
	}
	first := network.Convs[0]
	fmt.Printf("%s has %d filters on %d channels\n", first.Name, first.O, first.I)
	// Output:
	// fine sees as deep as relu3_2
	// small sees as deep as relu3_2
	// conv1_1 has 16 filters on 3 channels
}

// A network becomes a file, in which anything can be noted, and a network again.
func ExampleMarshal() {
	network := vgg.Random("mine", []int{4, 4, 8, 8})
	file, err := weights.Marshal(network, map[string]string{"licence": "CC0-1.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := weights.Inspect(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.Params, "parameters,", info.Metadata["licence"])
	again, err := weights.Parse(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Taps())
	// Output:
	// 1140 parameters, CC0-1.0
	// [relu1_1 relu1_2 relu2_1 relu2_2]
}
