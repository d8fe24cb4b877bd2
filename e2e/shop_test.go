package e2e

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// shop N writes population.csv and its orders.csv: N customers of 2025, each with
// its own rate, its own basket and its own end, as the value model supposes. The
// same N gives the same bytes.
func shop(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	end := time.Date(2025, 12, 31, 10, 0, 0, 0, time.UTC)
	var customers, orders strings.Builder
	customers.WriteString("customer_id,region\n")
	orders.WriteString("order_id,customer_id,occurred_at,amount,currency\n")
	placed := 0
	for i := range n {
		id := fmt.Sprintf("shop%03d", i)
		fmt.Fprintf(&customers, "%s,XX\n", id)
		pause := 8 + 30*rng.ExpFloat64()                            // mean days between two orders
		basket := 40 * math.Exp(rng.NormFloat64()/2)                // usual amount
		at := end.AddDate(0, 0, -60-rng.IntN(240))                  // the first order
		for leaves := math.Pow(rng.Float64(), 3); !at.After(end); { // chance to be gone after an order
			fmt.Fprintf(&orders, "shop-%d,%s,%s,%.2f,EUR\n", placed, id, at.Format(time.RFC3339), basket*(0.6+0.8*rng.Float64()))
			placed++
			if rng.Float64() < leaves {
				break
			}
			at = at.AddDate(0, 0, 1+int(pause*rng.ExpFloat64()))
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("population.csv"), []byte(customers.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("orders.csv"), []byte(orders.String()), 0o600))
}

// war CUSTOMER AMOUNT ROUNDS writes peace.csv, twelve weekly orders of that
// amount up to yesterday, and for each round N order-N.csv, one more a moment
// ago, and refund-N.csv, which gives it back.
func war(ts *testscript.TestScript, _ bool, args []string) {
	now := time.Now().UTC().Add(-time.Minute)
	rounds, err := strconv.Atoi(args[2])
	ts.Check(err)
	const head = "order_id,customer_id,occurred_at,amount,currency\n"
	order := func(id string, at time.Time) string {
		return fmt.Sprintf("%s,%s,%s,%s,EUR\n", id, args[0], at.Format(time.RFC3339), args[1])
	}
	write := func(name, text string) { ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600)) }
	peace := head
	for week := range 12 {
		peace += order(fmt.Sprintf("peace-%d", week), now.AddDate(0, 0, -1-7*week))
	}
	write("peace.csv", peace)
	for n := 1; n <= rounds; n++ {
		write(fmt.Sprintf("order-%d.csv", n), head+order(fmt.Sprintf("war-%d", n), now))
		write(fmt.Sprintf("refund-%d.csv", n), fmt.Sprintf("refund_id,order_id,occurred_at,amount\nback-%d,war-%d,%s,%s\n", n, n, now.Format(time.RFC3339), args[1]))
	}
}
