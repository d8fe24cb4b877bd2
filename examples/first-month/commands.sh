# A month from documents to statements. In this folder, with fairlead on the PATH:
#   sh -v commands.sh
# A line that begins with #> is in what the command above it prints, or its exit code.

# The documents of the programme, then who takes part in it.
fairlead programme publish programme.json --now 2026-03-01
fairlead policy publish policy.json --now 2026-03-01
#> ok    a large customer goes to the sales force
fairlead plan publish plan.json --now 2026-03-01
#> ok    two orders climb a step
fairlead import partners partners.csv --now 2026-03-01
fairlead import pods pods.csv --now 2026-03-01

# Customers come and are routed at once: one to the sales force, three to partners.
fairlead import customers customers.csv --route --now 2026-03-02
#> 4 customers routed
#> partner              3
#> sales_force          1
fairlead customers --now 2026-03-02
fairlead why werft --now 2026-03-02
#> its value of 80000.00 EUR makes it focal, which the sales force serves
#> if its value were at most 49999.99 EUR: it would go to the partner lotse

# They buy, and one of them sends something back.
fairlead import orders orders.csv --now 2026-03-31
#> applied  4
fairlead import refunds refunds.csv --now 2026-03-31

# The month is closed after five days of grace; each partner has a statement.
fairlead period close 2026-03 --now 2026-04-08
#> 2026-03 is closed: 2 statements
fairlead statement lotse 2026-03 --now 2026-04-08
#> commission  earning  2026-03  650.00  round(10000.00 x 5 % + 2000.00 x 7.5 %)
fairlead statement phare 2026-03 --now 2026-04-08
#> earned 150.00 EUR; 150.00 EUR is paid out
#> reversal  2026-03  -50.00  -round(200.00 x 1000.00 / 4000.00)
