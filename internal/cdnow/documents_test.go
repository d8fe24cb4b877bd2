package cdnow

// What the seller of records agreed with its partners. The numbers are chosen
// so that every tier is reached, something is carried forward, and a pod fills.
const programmeText = `{
 "id": "records", "name": "Records by mail", "timeZone": "America/New_York", "reportingCurrency": "USD", "routeOn": "call",
 "settlement": {"graceDays": 3, "minimumPayout": {"USD": "120.00"}}}`

// policyText routes by the value of the first order.
const policyText = `{
 "id": "records", "effectiveFrom": "1997-01-01", "currency": "USD", "seed": "records",
 "value": {"horizonMonths": 36, "annualDiscountRate": "0.12", "marginRate": "0.30", "prior": {"default": "20.00"}},
 "tiers": [
  {"name": "collector", "minValue": "100.00", "channel": "sales_force"},
  {"name": "listener", "minValue": "0.00", "channel": "partner"}],
 "salesForceFull": "partner",
 "examples": [
  {"name": "many records at once", "given": {"customer": {"region": "US", "declaredValue": "100.00"}}, "expect": {"outcome": "sales_force", "tier": "collector"}},
  {"name": "a record or two", "given": {"customer": {"region": "US", "declaredValue": "99.99"}}, "expect": {"outcome": "partner", "tier": "listener"}}]}`

// collectors is how many customers the pod has room for.
const collectors = 800

const podsText = `pod_id,name,regions,capacity
desk,Collectors' desk,,800
`

const partnersText = `partner_id,name,currency,regions,segments,certifications,weight,capacity,plan,plan_from
amber,Amber Records,USD,,,,2,,by-step,1997-01-01
birch,Birch Music,USD,,,,1,,on-all,1997-01-01
cedar,Cedar Sound,USD,,,,1,,by-quarter,1997-01-01
dune,Dune Discs,USD,,,,1.5,,first-come,1997-01-01
ember,Ember Audio,USD,,,,1,,with-ceiling,1997-01-01
fjord,Fjord Music,USD,,,,0.5,,with-minimum,1997-01-01
`

// partnerIDs are those of the file above, in its order.
var partnerIDs = []string{"amber", "birch", "cedar", "dune", "ember", "fjord"}

var planTexts = []string{
	`{"id": "by-step", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "commission", "name": "commission", "method": "marginal", "attainment": "month",
	  "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "20000.00", "rate": "0.075"}, {"from": "60000.00", "rate": "0.10"}]}]}`,
	`{"id": "on-all", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "commission", "name": "commission", "method": "whole", "attainment": "month",
	  "tiers": [{"from": "0.00", "rate": "0.041"}, {"from": "10000.00", "rate": "0.0625"}, {"from": "40000.00", "rate": "0.085"}]}]}`,
	`{"id": "by-quarter", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "commission", "name": "commission", "method": "marginal", "attainment": "quarter",
	  "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "25000.00", "rate": "0.08"}, {"from": "100000.00", "rate": "0.1"}]}]}`,
	`{"id": "first-come", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "bounty", "name": "welcome", "amount": "1.25", "on": "first_order"},
	 {"type": "commission", "name": "large orders", "when": "order.amount >= 100", "tiers": [{"from": "0.00", "rate": "0.01"}]}]}`,
	`{"id": "with-ceiling", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.06"}]},
	 {"type": "cap", "name": "ceiling", "amount": "1000.00", "excess": "carry"},
	 {"type": "reserve", "name": "reserve", "share": "0.10", "days": 30}]}`,
	`{"id": "with-minimum", "effectiveFrom": "1997-01-01", "currency": "USD", "components": [
	 {"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.07"}]},
	 {"type": "recognition", "name": "points", "perOrder": 10, "perNewCustomer": 50},
	 {"type": "mdf", "name": "fund", "rate": "0.01"},
	 {"type": "guarantee", "name": "minimum", "amount": "400.00", "recoverable": true}]}`,
}
