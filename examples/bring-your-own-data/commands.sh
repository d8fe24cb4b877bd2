# Your own export, as it comes: with an amount nobody can read, a customer that is
# not known yet, and a file sent twice. In this folder, with fairlead on the PATH:
#   sh -v commands.sh
# A line that begins with #> is in what the command above it prints, or its exit code. The documents
# are those of ../first-month; put yours in their place, and your rows into the CSVs.

fairlead programme publish programme.json --now 2026-03-01
fairlead policy publish policy.json --now 2026-03-01
fairlead plan publish plan.json --now 2026-03-01
fairlead import partners partners.csv --now 2026-03-01
fairlead import pods pods.csv --now 2026-03-01
fairlead import customers customers.csv --route --now 2026-03-01
#> 3 customers routed

# A line that is wrong is put aside, with the reason; the others are taken.
fairlead import orders orders.csv --now 2026-03-31
#> pending   1
#> rejected  1
#> orders.rejects.csv
#> exit code 3
fairlead import orders orders-mended.csv --now 2026-03-31
#> applied  1

# Sent again, nothing is counted twice.
fairlead import orders orders-mended.csv --now 2026-03-31
#> duplicate  1

# The order of a customer that was not known waited for it.
fairlead import customers late-customers.csv --route --now 2026-03-31
fairlead customer 100020 --now 2026-03-31
#> served by partner phare
#> 1, 80.00 EUR

# What the month gives so far; nothing is closed by looking. The order that waited earns
# nobody a commission: no partner had that customer when it was placed.
fairlead statement lotse 2026-03 --preview --now 2026-03-31
#> has so far earned 66.02 EUR
#> round(1320.50 x 5 %)
fairlead statement phare 2026-03 --preview --now 2026-03-31
#> has so far earned 0.00 EUR
