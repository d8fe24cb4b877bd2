package condition_test

import (
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/fault"
)

type variables struct {
	Customer struct {
		Region string  `expr:"region"`
		Share  float64 `expr:"share"`
	} `expr:"customer"`
}

// A condition is compiled once, against the variables it may read, and then asked
// of one customer after the other.
func ExampleCompile() {
	large, err := condition.Compile("customer.region in ['DE', 'FR'] and customer.share > 0.9", variables{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var v variables
	v.Customer.Region, v.Customer.Share = "FR", 0.95
	holds, _ := large.Match(&v)
	fmt.Println(holds, large.Reads())
	// Output: true [customer.region customer.share]
}

// What could fail later is refused when it is written, with its place.
func ExampleCompile_refused() {
	_, err := condition.Compile("customer.regoin == 'DE'", variables{})
	var refused *fault.Error
	if errors.As(err, &refused) {
		fmt.Println(refused.Slug)
		fmt.Printf("%s: %s\n", refused.Fields[0].Field, refused.Fields[0].Message)
	}
	// Output:
	// invalid_condition
	// line 1, column 10: unknown name customer.regoin; the nearest known one is customer.region
}
