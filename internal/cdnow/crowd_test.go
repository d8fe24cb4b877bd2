package cdnow

import (
	"bufio"
	"fmt"
	"io"
	"time"
)

// crowd is a made-up file of any size, like CDNOW's but in the order of time:
// whatever is done with it needs no file, and is the same everywhere. It is
// never in memory as a whole.
type crowd struct{ customers, orders int }

// mix spreads numbers evenly: the finalizer of MurmurHash3.
func mix(n uint64) uint64 {
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	n ^= n >> 33
	n *= 0xc4ceb9fe1a85ec53
	return n ^ n>>33
}

func (c crowd) customer(n int) string { return fmt.Sprintf("c%08d", n) }

// order is the n-th order, from 0: the first orders of all customers begin the
// file in the order of their ids, later ones are anybody's.
func (c crowd) order(n int) order {
	who, draw := n, mix(uint64(n))
	if n >= c.customers {
		who = int(draw % uint64(c.customers))
	}
	day := time.Date(1997, 1, 1+n*545/c.orders, 0, 0, 0, 0, time.UTC)
	return order{line: n, customer: c.customer(who), day: day.Format(time.DateOnly), cents: int64(draw>>32) % 20_000}
}

// id has the same length for every order, so that ids sort as they come.
func (c crowd) id(n int) string { return fmt.Sprintf("o%09d", n) }

func (c crowd) ordersCSV() io.Reader {
	return written(c.orders, "order_id,customer_id,occurred_at,amount,currency", func(w io.Writer, n int) {
		o := c.order(n)
		fmt.Fprintf(w, "%s,%s,%s,%s,USD\n", c.id(n), o.customer, o.day, dollars(o.cents))
	})
}

func (c crowd) customersCSV() io.Reader {
	return written(c.customers, "customer_id,region,declared_value,currency,arrived_at", func(w io.Writer, n int) {
		o := c.order(n)
		fmt.Fprintf(w, "%s,US,%s,USD,%s\n", o.customer, dollars(o.cents), o.day)
	})
}

// written is a file that is written as it is read.
func written(n int, header string, row func(w io.Writer, n int)) io.Reader {
	r, out := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(out, 64<<10)
		fmt.Fprintln(w, header)
		for i := range n {
			row(w, i)
		}
		out.CloseWithError(w.Flush())
	}()
	return r
}
