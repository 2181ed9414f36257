package envelope_test

// What was sealed and linked once, and must be opened by every program to come.
const (
	golden = "5449415301f53efc859d1279b13864346243b6cb0239b03d9fcb225b8d48fb9053933f1503df88a9829e9ea802dc174833f8a4288c6519c24a5f062b" +
		"665d825f31bd9ab6693b8a4eb09ac399c003e5244857faa7464a360c783f"
	goldenKey    = "ReM49GNyG8KtR5NqdxzZmI-408VuiOQ8tf824RDomUE"
	goldenRecipe = "r=qsYtBQ0XEyOYuebm5jqo3jAEeQNhTy0gAAD__w"
)
