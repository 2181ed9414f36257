package command

import (
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// recipeFlags are a flag for every setting of a recipe, --recipe, and --style, whose
// weights belong to the recipe.
type recipeFlags struct {
	cmd    *cobra.Command
	file   string
	styles []string
	preset string // unless the person names one
	values []*settingFlag
}

// A settingFlag is the flag of one setting. It remembers what was given, to be set on
// the recipe once that is known.
type settingFlag struct {
	setting  engine.Setting
	standard string
	text     string
	given    bool
}

func (f *settingFlag) String() string {
	if f.given {
		return f.text
	}
	return f.standard
}

func (f *settingFlag) Set(text string) error {
	var scratch engine.Recipe
	f.text, f.given = text, true
	return f.setting.Set(&scratch, text)
}

// flag is its name on the command line.
func (f *settingFlag) flag() string { return flagOf(f.setting) }

// flagOf is the name of a setting's flag: that in recipes, with dashes. The network is called
// as on the page and in other commands; recipes and the API have called it weights from the
// first version on.
func flagOf(s engine.Setting) string {
	if s.Name == "weights" {
		return "network"
	}
	return strings.ReplaceAll(s.Name, "_", "-")
}

func (f *settingFlag) Type() string {
	switch f.setting.Kind {
	case engine.Integer:
		return "int"
	case engine.Number:
		return "number"
	}
	return "string"
}

// addRecipeFlags declares the flags from the recipe's declarations.
func addRecipeFlags(cmd *cobra.Command, preset string) *recipeFlags {
	f := &recipeFlags{cmd: cmd, preset: preset}
	cmd.Flags().StringVar(&f.file, "recipe", "", "a recipe to begin with, a JSON file or a picture that Trapped in Art made; flags given beside it win")
	cmd.Flags().StringArrayVar(&f.styles, "style", nil, "a painting, a file, with an optional weight: b.jpg:0.5; may be given again")
	standard, err := engine.Preset(preset)
	if err != nil {
		panic(err) // the caller named a preset that there is not
	}
	for _, s := range engine.Settings() {
		v := &settingFlag{setting: s, standard: s.Get(&standard)}
		f.values = append(f.values, v)
		cmd.Flags().Var(v, v.flag(), s.Help+" Takes "+s.Takes()+".")
	}
	formerly(cmd, "weights", "network")
	return f
}

// recipe returns the recipe file's recipe, or the preset's, with what flags were given.
func (f *recipeFlags) recipe() (engine.Recipe, error) {
	var r engine.Recipe
	var err error
	switch named := f.named("preset"); {
	case f.file != "" && named != "":
		return r, wrongUse("A recipe file says its preset itself: give --recipe or --preset, not both.")
	case f.file != "":
		r, err = readRecipe(f.file)
	case named != "":
		r, err = engine.Preset(named)
	default:
		r, err = engine.Preset(f.preset)
	}
	if err != nil {
		return r, err
	}
	for _, v := range f.values {
		if v.given {
			if err := v.setting.Set(&r, v.text); err != nil {
				return r, err
			}
		}
	}
	return r, r.Validate()
}

// withStyles returns the recipe with the styles' weights, and the styles' files.
func (f *recipeFlags) withStyles() (engine.Recipe, []string, error) {
	r, err := f.recipe()
	if err != nil {
		return r, nil, err
	}
	names, err := splitStyles(f.styles, &r)
	return r, names, err
}

// steered returns the recipe of a run that goes on, with what flags change of it, and the
// styles' files. A flag that cannot change while a painting is made is an error, unless it
// says what the recipe says.
func (f *recipeFlags) steered(from engine.Recipe) (engine.Recipe, []string, error) {
	if f.file != "" {
		return from, nil, wrongUse("A checkpoint has its own recipe: leave out --recipe, or --resume.")
	}
	next := from
	for _, v := range f.values {
		if !v.given {
			continue
		}
		if err := v.setting.Set(&next, v.text); err != nil {
			return from, nil, err
		}
		if was := v.setting.Get(&from); !v.setting.Live && v.setting.Get(&next) != was {
			return from, nil, wrongUse("--%s cannot change while a painting is made, and the checkpoint has %s: leave it out, or start a new painting without --resume.", v.flag(), was)
		}
	}
	names, err := splitStyles(f.styles, &next)
	return next, names, err
}

// named returns what was given for the setting of that name, or "".
func (f *recipeFlags) named(name string) string {
	for _, v := range f.values {
		if v.setting.Name == name && v.given {
			return v.text
		}
	}
	return ""
}

// readRecipe reads a recipe from its file, or from a picture that was made by it.
func readRecipe(path string) (engine.Recipe, error) {
	const (
		most        = 1 << 20
		mostPicture = 1 << 30 // 8192 x 8192 pixels of 16 bits take half of that
	)
	info, err := os.Stat(path)
	if err == nil && info.Size() > mostPicture {
		return engine.Recipe{}, engine.Errorf(engine.TooLarge, "%s has more than 1 GiB and is no picture that was made here.", path)
	}
	data, err := os.ReadFile(path)
	switch {
	case err != nil:
		return engine.Recipe{}, unreadable("recipe", path, err)
	case label.Is(data):
		return label.Extract(engine.File{Name: path, Data: data})
	case len(data) > most:
		return engine.Recipe{}, engine.Errorf(engine.TooLarge, "%s has more than 1 MiB and is no recipe.", path)
	}
	return engine.ParseRecipe(data)
}

// splitStyles takes the weights off styles such as b.jpg:0.5 and puts them into the
// recipe. A file whose name ends so, and which exists, is that file.
func splitStyles(styles []string, r *engine.Recipe) ([]string, error) {
	names := make([]string, len(styles))
	weights := make(engine.Numbers, len(styles))
	weighted := false
	for i, style := range styles {
		names[i], weights[i] = style, 1
		if i < len(r.StyleWeights) {
			weights[i] = r.StyleWeights[i]
		}
		colon := strings.LastIndexByte(style, ':')
		if _, err := os.Stat(style); err == nil || colon < 1 {
			continue
		}
		if w, err := strconv.ParseFloat(style[colon+1:], 64); err == nil {
			names[i], weights[i], weighted = style[:colon], w, true
		}
	}
	if weighted {
		r.StyleWeights = weights
	}
	return names, r.Validate()
}
