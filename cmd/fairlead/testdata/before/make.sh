#!/bin/sh
# Makes fairlead.db.gz and said.txt again, by the commands of version 0.4:
#
#	FAIRLEAD=path/of/fairlead-0.4 sh make.sh
#
# The clock is fixed per command, so the data are the same every time. What is
# large is large on purpose: the policy is kept in two parts, cut as version 0.4
# cut them; the names of p1's customers are long, so that its values fit beside
# its position in February and fill a part of their own in March, a month which
# version 0.4 could not finish.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
FAIRLEAD=$(command -v "$FAIRLEAD")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# fairlead TIME COMMAND... runs a command at a time, as ann or as $BY says.
fairlead() {
	at=$1
	shift
	"$FAIRLEAD" --data data --now "$at" --user "${BY:-ann}" "$@" >out.txt 2>&1 && return
	echo "$at $*"
	cat out.txt
	return 1
}

awk 'BEGIN {
	printf "{\"id\": \"growth\", \"effectiveFrom\": \"2025-01-01\", \"currency\": \"EUR\", \"seed\": \"growth\", \"note\": \""
	for (i = 0; i < 7000; i++) printf "Nobody reads \\\"terms\\\" of three hundred kilobytes. "
	printf "\",\n \"value\": {\"horizonMonths\": 36, \"annualDiscountRate\": \"0.12\", \"marginRate\": \"0.30\", \"observedFrom\": {\"orders\": 1}, \"prior\": {\"default\": \"100.00\"}},\n"
	printf " \"tiers\": [{\"name\": \"focal\", \"minValue\": \"330.00\", \"channel\": \"sales_force\"}, {\"name\": \"base\", \"minValue\": \"0.00\", \"channel\": \"partner\"}],\n"
	printf " \"rules\": [{\"name\": \"cannot be served\", \"when\": \"customer.region == \047AQ\047\", \"then\": {\"decline\": {\"message\": \"We cannot serve you well today.\", \"referTo\": \"https://example.org/others\", \"reconsiderAfterDays\": 180}}}],\n"
	printf " \"hysteresis\": {\"promoteFactor\": \"1.10\", \"demoteFactor\": \"0.80\", \"dwellDays\": 30}, \"atRisk\": \"0.10\", \"balance\": {\"minStableShare\": \"0.35\"},\n"
	printf " \"offer\": {\"required\": true, \"expiresHours\": 1200, \"maxOffers\": 5}, \"noPartner\": \"wait\",\n"
	printf " \"examples\": [{\"name\": \"unknown\", \"given\": {\"customer\": {\"region\": \"DE\"}}, \"expect\": {\"outcome\": \"partner\"}}]}\n"
}' >policy.json
cat >programme.json <<'END'
{"id": "acme", "name": "Acme", "timeZone": "Europe/Berlin", "reportingCurrency": "EUR"}
END
cat >standard.json <<'END'
{"id": "standard", "effectiveFrom": "2025-01-01", "currency": "EUR", "components": [
 {"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]},
 {"type": "growth", "name": "grown customers", "rate": "0.01"},
 {"type": "handover", "name": "hand-over", "rate": "0.02", "trail": {"rate": "0.03", "months": 12}}],
 "examples": [{"name": "one order", "given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c1", "amount": "100.00"}]}, "expect": {"lines": {"commission": "5.00"}}}]}
END
cat >partners.csv <<'END'
partner_id,name,currency,regions,segments,certifications,weight,capacity,plan,plan_from
p1,One,EUR,DE,,,1,,standard,2025-01-01
p2,Two,EUR,FR,,,1,,standard,2025-01-01
END
cat >pods.csv <<'END'
pod_id,name,regions,capacity
north,North,,
END
# The customers and orders of the transcript about growth, under other names.
awk -F, -v OFS=, '
	function name(k) { n = substr(k, 2) + 0; return n % 15 == 14 ? "fr-" k : "a-customer-of-partner-one-whose-name-is-long-as-may-be-" k }
	/^-- / { part = substr($0, 4, length($0) - 6); header_next = 1; next }
	part == "customers.csv" || part == "orders.csv" {
		if (header_next) { print >part; header_next = 0; next }
		column = part == "customers.csv" ? 1 : 2
		if ($column !~ /^k/) next
		if (part == "customers.csv") $2 = substr($1, 2) % 15 == 14 ? "FR" : "DE"
		$column = name($column)
		print >part
	}' "$here/../script/promotion.txtar"
awk 'BEGIN {
	print "customer_id,region,segment,currency,arrived_at" >"late.csv"; print "order_id,customer_id,occurred_at,amount,currency" >"march.csv"
	for (i = 0; i < 60; i++) {
		id = sprintf("b-customer-of-partner-one-whose-name-is-long-as-may-be-l%03d", i)
		printf "%s,DE,smb,EUR,2026-03-02T08:00:00Z\n", id >"late.csv"
		for (k = 0; k < 2; k++) printf "m%03d-%d,%s,2026-03-%02dT10:00:00Z,%d.50,EUR\n", i, k, id, 3 + k * 6 + i % 5, 10 + i % 40 >"march.csv"
	}
}'
cat >others.csv <<'END'
customer_id,region,segment,currency,arrived_at
offered,FR,smb,EUR,2026-03-01T08:00:00Z
taken,FR,smb,EUR,2026-03-01T08:00:00Z
waits,JP,smb,EUR,2026-03-01T08:00:00Z
far,AQ,smb,EUR,2026-03-01T08:00:00Z
byhand,DE,smb,EUR,2026-03-01T08:00:00Z
END
cat >back.csv <<'END'
order_id,customer_id,occurred_at,amount,currency
back,fr-k014,2026-02-11T10:00:00Z,90.00,EUR
END
cat >refunds.csv <<'END'
refund_id,order_id,occurred_at,amount
r1,back,2026-02-20T10:00:00Z,30.00
r2,not-here-yet,2026-03-03T10:00:00Z,5.00
END
cat >leap.csv <<'END'
order_id,customer_id,occurred_at,amount,currency
leap1,fr-k014,2026-03-20T10:00:00Z,900.00,EUR
leap2,fr-k014,2026-03-21T10:00:00Z,900.00,EUR
forward,fr-k014,2026-01-20T10:00:00Z,10.00,EUR
END

fairlead 2026-01-02 programme publish programme.json
fairlead 2026-01-02 policy publish policy.json
fairlead 2026-01-02 plan publish standard.json
fairlead 2026-01-02 import partners partners.csv
fairlead 2026-01-02 import pods pods.csv
fairlead 2026-01-02 import customers customers.csv --route
fairlead 2026-02-28 import orders orders.csv
fairlead 2026-02-28 import orders back.csv

# January is closed and settled.
fairlead 2026-03-01T08:00:00Z period close 2026-01
fairlead 2026-03-01T08:00:00Z payout prepare --period 2026-01
BY=bob fairlead 2026-03-01T08:00:00Z payout approve 2026-01.1
BY=bob fairlead 2026-03-01T08:00:00Z payout pay 2026-01.1

# A model, and everybody valued by it; one customer of each kind.
fairlead 2026-03-01T09:00:00Z value fit --as-of 2026-02-28
fairlead 2026-03-01T09:00:00Z sweep
fairlead 2026-03-01T10:00:00Z import customers others.csv
for c in offered taken waits far; do fairlead 2026-03-01T10:00:00Z route $c; done
offer=$("$FAIRLEAD" --data data --now 2026-03-01T11:00:00Z --partner p2 offers -o json | awk -F'"' '/"id"/ {id = $4} /"customerId": "taken"/ {found = 1} /}/ {if (found) {print id; exit}}')
fairlead 2026-03-01T11:00:00Z --partner p2 offer accept "$offer"
fairlead 2026-03-01T11:00:00Z assign byhand pod:north --reason 'knows them'

# February is closed; its run is approved, and not paid.
fairlead 2026-03-02T09:00:00Z import refunds refunds.csv || true
fairlead 2026-03-08T09:00:00Z period close 2026-02
fairlead 2026-03-08T09:00:00Z payout prepare --period 2026-02
BY=bob fairlead 2026-03-08T09:00:00Z payout approve 2026-02.1

# March: a customer grows and is promoted, a late order is booked forward, and
# the month is begun and not finished.
fairlead 2026-03-08T10:00:00Z import customers late.csv --route
fairlead 2026-03-20T10:00:00Z import orders march.csv
fairlead 2026-03-21T12:00:00Z import orders leap.csv
fairlead 2026-03-21T13:00:00Z sweep
if fairlead 2026-04-10 period close 2026-03; then
	echo "version 0.4 does not close March" >&2
	exit 1
fi

# What version 0.4 says of all this.
for command in 'statement p1 2026-01' 'statement p2 2026-01' 'statement p1 2026-02' 'statement p2 2026-02' \
	'statements p1' 'statements p2' 'ledger p1 2026-01' 'ledger p2 2026-02' 'payments 2026-01.1' \
	'customers' 'decisions' 'offers' 'partners' 'balance' 'portfolio partner:p1' 'value score fr-k014'; do
	form=json; test "$command" = 'payments 2026-01.1' && form=csv
	"$FAIRLEAD" --data data --now 2026-04-10 $command -o $form >out.txt
	echo "$(sha256sum <out.txt | cut -c1-64) $command -o $form"
done >said.txt
cp said.txt "$here/said.txt"
gzip -9nc data/fairlead.db >"$here/fairlead.db.gz"
