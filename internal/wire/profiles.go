package wire

import (
	"encoding/json"
	"reflect"
)

// Opt is a field of a change: absent leaves what is stored, null erases it. Its
// zero value is absent; it is written with omitzero.
type Opt[T any] struct {
	Set   bool // the key was there
	Null  bool // and was null
	Value T
}

// Put is a field that changes to v.
func Put[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Erase is a field that is erased.
func Erase[T any]() Opt[T] { return Opt[T]{Set: true, Null: true} }

// UnmarshalJSON is called only when the key is present.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	o.Set = true
	if string(data) == "null" {
		o.Null = true
		return nil
	}
	return json.Unmarshal(data, &o.Value)
}

// MarshalJSON writes the value, or null.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if o.Null {
		return []byte("null"), nil
	}
	return json.Marshal(o.Value)
}

// Inner is the type that the JSON of a field has, null among its values.
func (Opt[T]) Inner() reflect.Type { return reflect.TypeFor[*T]() }

// ProfileBody is what PUT /customers/{id} takes, the data of a customer.upserted
// fact. Absent leaves, null erases.
type ProfileBody struct {
	ID            string                  `json:"id,omitempty"`         // if given, the one in the path
	CustomerID    string                  `json:"customerId,omitempty"` // likewise
	Region        Opt[string]             `json:"region,omitzero"`
	Segment       Opt[string]             `json:"segment,omitzero"`
	Currency      Opt[string]             `json:"currency,omitzero"`
	DeclaredValue Opt[Figure]             `json:"declaredValue,omitzero"`
	Need          Opt[Figure]             `json:"need,omitzero"`
	ReferralValue Opt[Figure]             `json:"referralValue,omitzero"`
	SourcedBy     Opt[string]             `json:"sourcedBy,omitzero"`
	ReferredBy    Opt[string]             `json:"referredBy,omitzero"`
	Attributes    Opt[map[string]*string] `json:"attributes,omitzero"`
}
