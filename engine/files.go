package engine

// A Role says what one file of a request is. It is the name of the file's part in a form.
type Role string

const (
	RoleContent    Role = "content"
	RoleStyle      Role = "style"
	RoleMask       Role = "mask"
	RoleStyleMask  Role = "style_mask"
	RoleKeep       Role = "keep"
	RolePalette    Role = "palette"
	RoleStart      Role = "start"
	RoleSmaller    Role = "smaller"
	RoleCheckpoint Role = "checkpoint" // which is no picture
)

// A Part is one file of a request. One without data keeps the place of a mask that there
// is not.
type Part struct {
	Role Role
	File File
}

// A place is where a request has the files of a role: one, or a list of MaxStyles at most.
type place struct {
	role Role
	one  func(*Request) *File
	list func(*Request) *[]File
}

// places are all files that a request can have; whoever reads or writes requests goes by
// them.
var places = []place{
	{role: RoleContent, one: func(r *Request) *File { return &r.Content }},
	{role: RoleStyle, list: func(r *Request) *[]File { return &r.Styles }},
	{role: RoleMask, list: func(r *Request) *[]File { return &r.Masks }},
	{role: RoleStyleMask, list: func(r *Request) *[]File { return &r.StyleMasks }},
	{role: RoleKeep, one: func(r *Request) *File { return &r.Keep }},
	{role: RolePalette, one: func(r *Request) *File { return &r.Palette }},
	{role: RoleStart, one: func(r *Request) *File { return &r.StartPicture }},
	{role: RoleSmaller, one: func(r *Request) *File { return &r.Smaller }},
}

// MaxParts is how many files a request has at most.
const MaxParts = 6 + 3*MaxStyles

// PictureRoles are the roles of pictures, in the order in which Parts has them, and whether a
// request may have several of each.
func PictureRoles(yield func(role Role, several bool) bool) {
	for _, p := range places {
		if !yield(p.role, p.list != nil) {
			return
		}
	}
}

// Parts returns the request's files, the content first, then the styles. Lists are whole,
// also where a mask is not there; add them in this order and there is the same request.
func (r *Request) Parts() []Part {
	var parts []Part
	for _, p := range places {
		if p.list != nil {
			for _, f := range *p.list(r) {
				parts = append(parts, Part{p.role, f})
			}
		} else if f := *p.one(r); f.Name != "" || len(f.Data) > 0 {
			parts = append(parts, Part{p.role, f})
		}
	}
	if r.Checkpoint != nil {
		parts = append(parts, Part{RoleCheckpoint, File{Data: r.Checkpoint}})
	}
	return parts
}

// Add puts a file where its role says: the next of a list, or the only one. An error says
// that there is no such role, or no more room.
func (r *Request) Add(p Part) error {
	if p.Role == RoleCheckpoint && r.Checkpoint == nil {
		r.Checkpoint = p.File.Data
		return nil
	}
	if !r.Room(p.Role) {
		return Errorf(InvalidRequest, "A painting does not take the file %.40q, or takes fewer of them.", p.Role)
	}
	for _, at := range places {
		switch {
		case at.role != p.Role:
		case at.list != nil:
			*at.list(r) = append(*at.list(r), p.File)
		default:
			*at.one(r) = p.File
		}
	}
	return nil
}

// Blame says of an error about the part what it is, where the file's name alone would leave that open.
func (p Part) Blame(err error) error {
	e := AsError(err)
	if p.Role != RolePalette || e == nil || e.Code == Cancelled {
		return err
	}
	return &Error{Code: e.Code, Message: "The palette cannot be read. " + e.Message, Err: err}
}

// Room says whether the request takes one more picture of that role.
func (r *Request) Room(role Role) bool {
	for _, at := range places {
		switch {
		case at.role != role:
		case at.list != nil:
			return len(*at.list(r)) < MaxStyles
		default:
			return at.one(r).Name == "" && at.one(r).Data == nil
		}
	}
	return false
}

// Check says in one sentence what the request lacks, or returns nil. It does not look into
// the files.
func (r *Request) Check() error {
	if err := r.Recipe.Validate(); err != nil {
		return err
	}
	switch {
	case len(r.Content.Data) == 0:
		return Errorf(MissingPicture, "There is no photograph yet. Choose one.")
	case len(r.Styles) == 0:
		return Errorf(MissingPicture, "There is no style picture yet. Choose a painting.")
	case len(r.Styles) > MaxStyles:
		return Errorf(InvalidRecipe, "There are %d style pictures. At most %d are allowed.", len(r.Styles), MaxStyles)
	case len(r.Masks) > len(r.Styles) || len(r.StyleMasks) > len(r.Styles):
		return Errorf(MissingPicture, "There are more masks than style pictures. Give each mask its style picture.")
	case r.Recipe.Start == StartPicture && len(r.StartPicture.Data) == 0 && len(r.Smaller.Data) == 0:
		return Errorf(MissingPicture, "The recipe starts from a picture, and none is given. Choose one, or start from the photograph.")
	}
	_, err := r.Recipe.StyleShares(len(r.Styles))
	return err
}
