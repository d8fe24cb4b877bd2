package payout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// maxPaymentID is the room that ISO 20022 gives an end-to-end id.
const maxPaymentID = 35

// PaymentID is the key of a line's attempt number n on every rail:
// PERIOD.PARTNER.CCY.N, readable in the statement of a bank account. Where that
// is longer than banks carry, the rest after the period is its SHA-256. It has
// no date of payment in it, so repeating a run repeats the key.
func PaymentID(l Line, n int) string {
	id := fmt.Sprintf("%s.%s.%s.%d", l.Period, l.Partner, l.Currency, n)
	if len(id) <= maxPaymentID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return string(l.Period) + "." + hex.EncodeToString(sum[:])[:maxPaymentID-len(l.Period)-1]
}

// transferID is the pending transfer of attempt n, unique within its partner
// and period.
func transferID(l Line, n int) string { return fmt.Sprintf("%s.pay.%03d", l.Currency, n) }
