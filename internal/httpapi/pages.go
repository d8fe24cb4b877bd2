package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"sync"
)

//go:embed index.html
var indexHTML string

var indexPage = sync.OnceValue(func() *template.Template { return template.Must(template.New("index").Parse(indexHTML)) })

// index tells a person who opened the address in a browser what this is.
func (a *api) index(c *Call, _ none) error {
	var page bytes.Buffer
	data := struct {
		Version string
		Routes  []Route
	}{a.Version, a.routes()}
	if err := indexPage().Execute(&page, data); err != nil {
		return err
	}
	return c.write("text/html; charset=utf-8", page.Bytes())
}
