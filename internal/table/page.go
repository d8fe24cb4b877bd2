package table

// Pager builds one page of a Query from items that come in the order asked
// for. Implementations share it so that a page ends at the same place and
// costs the same everywhere.
type Pager struct {
	limit int
	size  int64
	page  Page
}

// NewPager starts the page of a Range.
func NewPager(r Range) *Pager { return &Pager{limit: r.Limit} }

// Full reports whether the page takes no further item: Limit is reached, or
// its items passed MaxPage bytes. If there is a further item, call More.
func (p *Pager) Full() bool {
	return p.size >= MaxPage || (p.limit > 0 && len(p.page.Items) >= p.limit)
}

// usualPage is room for the partition of a usual customer.
const usualPage = 8

// Add appends the next item.
func (p *Pager) Add(it Item) {
	p.size += ItemSize(it)
	if p.page.Items == nil {
		p.page.Items = make([]Item, 0, usualPage)
	}
	p.page.Items = append(p.page.Items, it)
}

// More sets the cursor: something follows the last item.
func (p *Pager) More() { p.page.Cursor = p.page.Items[len(p.page.Items)-1].SK }

// Page is the page with its units.
func (p *Pager) Page() Page {
	p.page.Units = QueryUnits(p.size)
	return p.page
}

// Bounds narrows a Range by its cursor: the sort keys wanted are those with
// from <= SK < to; an empty to is no bound, and an empty from the lowest. Keys
// have no NUL, so key+NUL is the first string above a key.
func (r Range) Bounds() (from, to string) {
	from, to = r.From, r.To
	switch {
	case r.Cursor == "":
	case r.Desc:
		if to == "" || r.Cursor < to {
			to = r.Cursor
		}
	default:
		from = max(from, r.Cursor+"\x00")
	}
	return from, to
}
