package envelope_test

// Envelopes and links from before, which every later program must open.
const (
	golden = "5449415302eaaa121f34b882d00462fcda89888db92ae6c5000d4c9c77db911467aa1936eb478e1186a97ae847983b4ec2fd32fa7d84c6698b8039" +
		"59987d92343a3b1bf160b8238c44c61f2b84a33133e16a3980ac08848af5d3f95eac962176ccde6ace52753702"
	// Of version 1, whose contents had no zeros behind.
	goldenOld = "54494153017477656c7665206279746573f1a5a396ca055e97930464eaffa734a633fefacff1364cc379e87af0124a80ea67e5694343b5b63e1c9e9f" +
		"ebdf7402a0ea9d3d606b745e5563734a7b8095cb1f4ee0166390c451cb87d89ef6703737da3d96613b"
	goldenKey    = "ReM49GNyG8KtR5NqdxzZmI-408VuiOQ8tf824RDomUE"
	goldenRecipe = "r=qsYtBQ0XEyOYuebm5jqo3jAEeQNhTy0gAAD__w"
)
