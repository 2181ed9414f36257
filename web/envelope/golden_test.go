package envelope_test

// What was sealed and linked once, and must be opened by every program to come.
const (
	golden = "54494153017477656c7665206279746573f1a5a396ca055e97930464eaffa734a633fefacff1364cc379e87af0124a80ea67e5694343b5b63e1c9e9f" +
		"ebdf7402a0ea9d3d606b745e5563734a7b8095cb1f4ee0166390c451cb87d89ef6703737da3d96613b"
	goldenKey    = "ReM49GNyG8KtR5NqdxzZmI-408VuiOQ8tf824RDomUE"
	goldenRecipe = "r=qsYtBQ0XEyOYuebm5jqo3jAEeQNhTy0gAAD__w"
)
