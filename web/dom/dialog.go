package dom

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Dialog is one of the page's dialogs. It is always there and opened by ShowModal, so that
// the browser keeps the focus in it and gives it back. closed is called however it closes;
// the browser says so later, and by then it may have been opened again.
func Dialog(id, title string, closed func(), body ...app.UI) app.UI {
	return app.Dialog().ID(id).Aria("labelledby", id+"-title").Body(append([]app.UI{
		app.H2().ID(id + "-title").Text(title),
	}, body...)...).On("close", func(ctx app.Context, _ app.Event) {
		if !ctx.JSSrc().Get("open").Bool() {
			closed()
		}
	}, app.EventScope(id))
}
