package money_test

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/money"
)

// A commission of 7.5 % on an order. Half a cent goes to the even neighbour.
func ExampleMulRate() {
	rate, _ := money.ParseRate("0.075")
	order, _ := money.ParseMinor("1234.60", "EUR")
	earned, _ := money.MulRate(order, rate)
	fmt.Println(money.Format(earned, "EUR"))
	// Output: 92.60
}

// What does not divide goes to the largest remainders: nothing is lost or made.
func ExampleSplit() {
	parts, _ := money.Split(100_00, []int64{1, 1, 1})
	fmt.Println(parts)
	// Output: [3334 3333 3333]
}

// The currency says how many decimals there are; more of them are refused.
func ExampleParse() {
	yen, _ := money.Parse("120000", "JPY")
	fmt.Println(yen.Minor, yen.Currency)
	_, err := money.Parse("0.5", "JPY")
	fmt.Println(err)
	// Output:
	// 120000 JPY
	// "0.5": too many decimals, JPY has 0
}
