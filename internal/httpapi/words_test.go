package httpapi

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// TestQueries_TakeEveryWordThatAnAnswerMaySay: what an answer says can be asked
// for, by the same word.
func TestQueries_TakeEveryWordThatAnAnswerMaySay(t *testing.T) {
	for _, c := range []struct {
		query any
		field string
		words []string
	}{
		{listCustomers{}, "State", []string{
			wire.StateNew, wire.StateOffered, wire.StateAssigned, wire.StateWaiting,
			wire.StateDeclined, wire.StateChurned,
		}},
		{listDecisions{}, "Outcome", []string{
			wire.OutcomeSalesForce, wire.OutcomePartner, wire.OutcomeDeclined, wire.OutcomeWaiting,
		}},
		{listOffers{}, "State", []string{
			wire.OfferOpen, wire.OfferAccepted, wire.OfferRefused, wire.OfferExpired,
			wire.OfferWithdrawn,
		}},
		{importFile{}, "Kind", []string{
			wire.ImportPartners, wire.ImportPods, wire.ImportCustomers, wire.ImportOrders,
			wire.ImportRefunds, wire.ImportFeedback,
		}},
		{wire.PartnerBody{}, "Status", []string{
			string(channel.Active), string(channel.Paused), string(channel.Left),
		}},
	} {
		f, _ := reflect.TypeOf(c.query).FieldByName(c.field)
		_, said, _ := strings.Cut(f.Tag.Get("validate"), "oneof=")
		if !slices.Equal(strings.Fields(said), c.words) {
			t.Errorf("%T takes %q, answers say %q", c.query, said, c.words)
		}
	}
}
