package cdnow

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// masterPath is beside the project: the file is somebody else's.
const masterPath = "../../../shared/data/clv/CDNOW_master.txt"

// order is one line of the file.
type order struct {
	line     int
	customer string
	day      string // 1997-01-31
	cents    int64
}

// id is derived from the line, since the file has none.
func (o order) id() string { return fmt.Sprintf("cd-%05d", o.line) }

func (o order) month() string { return o.day[:7] }

func dollars(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// master reads the file: customer, yyyymmdd, number of CDs, dollars.
func master(t testing.TB) []order {
	t.Helper()
	data, err := os.ReadFile(masterPath)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the CDNOW file is not beside this project (" + masterPath + "): nothing to test")
	}
	must(t, err)
	var out []order
	for i, text := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		f := strings.Fields(text)
		if len(f) != 4 || len(f[1]) != 8 {
			t.Fatalf("%s, line %d: %q", masterPath, i+2, text)
		}
		whole, rest, _ := strings.Cut(f[3], ".")
		cents, err := strconv.ParseInt(whole+(rest + "00")[:2], 10, 64)
		must(t, err)
		out = append(out, order{line: i + 2, customer: f[0], day: f[1][:4] + "-" + f[1][4:6] + "-" + f[1][6:], cents: cents})
	}
	return out
}

// firstOrders is each customer's first order, in the order of their ids; of
// several on one day the first line.
func firstOrders(orders []order) []order {
	first := map[string]order{}
	for _, o := range orders {
		if f, ok := first[o.customer]; !ok || o.day < f.day {
			first[o.customer] = o
		}
	}
	out := make([]order, 0, len(first))
	for _, o := range first {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b order) int { return strings.Compare(a.customer, b.customer) })
	return out
}

func ordersCSV(orders []order) []byte {
	rows := [][]string{{"order_id", "customer_id", "occurred_at", "amount", "currency", "product"}}
	for _, o := range orders {
		rows = append(rows, []string{o.id(), o.customer, o.day, dollars(o.cents), "USD", "cd"})
	}
	return csvOf(rows)
}

// customersCSV declares each customer worth what its first order was, so that
// the policy routes by it, as of that day.
func customersCSV(first []order) []byte {
	rows := [][]string{{"customer_id", "region", "declared_value", "currency", "arrived_at"}}
	for _, o := range first {
		rows = append(rows, []string{o.customer, "US", dollars(o.cents), "USD", o.day})
	}
	return csvOf(rows)
}

func csvOf(rows [][]string) []byte {
	var b bytes.Buffer
	_ = csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes()
}

func shuffled(orders []order) []order {
	out := slices.Clone(orders)
	rand.New(rand.NewPCG(1997, 1)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func reversed(orders []order) []order {
	out := slices.Clone(orders)
	slices.Reverse(out)
	return out
}
