package main

import (
	"encoding/json"
	"fmt"
	"image"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// newEvaluateCommand measures a picture by the loss of a recipe.
func newEvaluateCommand() *cobra.Command {
	var (
		content, picture string
		asJSON           bool
		compute          computeFlags
	)
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Measure a picture by the loss of a recipe",
		Long: "Measure a picture by the loss of a recipe: every part of the loss, and their sum.\n" +
			"No picture is resized: the picture and the content must have the same size.",
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&content, "content", "", "the photograph, a file")
	cmd.Flags().StringVar(&picture, "image", "", "the picture to measure, a file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	compute.add(cmd)
	recipe := addRecipeFlags(cmd, engine.GatysNotebook)
	require(cmd, "content", "style", "image")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		r, names, err := recipe.withStyles()
		if err != nil {
			return err
		}
		var pictures []*image.NRGBA
		for _, name := range append([]string{content, picture}, names...) {
			img, err := readPicture(ctx, name)
			if err != nil {
				return err
			}
			pictures = append(pictures, img)
		}
		be, err := compute.backend()
		if err != nil {
			return err
		}
		w, err := compute.store().Load(ctx, r.Weights)
		if err != nil {
			return err
		}
		e, err := transfer.Evaluate(ctx, be, w, r, pictures[0], pictures[2:], pictures[1])
		if err != nil {
			return err
		}
		if asJSON {
			parts := map[string]float64{}
			for _, p := range e.Parts {
				parts[p.Name] = p.Value
			}
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(map[string]any{"loss": e.Loss, "parts": parts})
		}
		for _, p := range e.Parts {
			fmt.Fprintf(cmd.OutOrStdout(), "%-20s %.8g\n", p.Name, p.Value)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%-20s %.8g\n", "loss", e.Loss)
		return nil
	}
	return cmd
}
