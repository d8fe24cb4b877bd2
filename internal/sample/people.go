package sample

// The directory: twelve partners with tree names and four pods. One partner is
// large, two are new and on the starter plan, one serves only the Nordics.
const partnersCSV = `partner_id,name,currency,regions,segments,certifications,weight,capacity,plan,plan_from,status,level,manager
alder,Alder (sample),EUR,DE;NL,,gold,4,,standard,2026-01-01,active,gold,m.keller
beech,Beech (sample),EUR,DE,,gold,2,,standard,2026-01-01,active,gold,m.keller
cedar,Cedar (sample),EUR,DE;NL,,,2,150,standard,2026-01-01,active,silver,m.keller
elm,Elm (sample),EUR,NL,,gold,2,,standard,2026-01-01,active,silver,m.keller
fir,Fir (sample),EUR,FR,,gold,3,,standard,2026-01-01,active,gold,a.moreau
hazel,Hazel (sample),EUR,FR;ES,,,2,,standard,2026-01-01,active,silver,a.moreau
juniper,Juniper (sample),EUR,ES;IT,,gold,2,,standard,2026-01-01,active,silver,a.moreau
larch,Larch (sample),EUR,IT,,gold,2,,standard,2026-01-01,active,silver,a.moreau
maple,Maple (sample),EUR,SE;DK,,gold,3,,standard,2026-01-01,active,gold,s.lind
oak,Oak (sample),EUR,SE;DK,smb;midsize,,2,,standard,2026-01-01,active,silver,s.lind
pine,Pine (sample),EUR,ES,,,1,40,starter,2026-01-01,active,new,a.moreau
rowan,Rowan (sample),EUR,IT;FR,,gold,1,60,starter,2026-01-01,active,new,a.moreau
`

const podsCSV = `pod_id,name,regions,capacity,kind,manager
field-north,Field North,DE;NL;SE;DK,105,field,k.berg
field-south,Field South,FR;ES;IT,70,field,l.costa
inside,Inside Sales,,60,inside,t.novak
online,Online Desk,,,online,t.novak
`

// country weights a region, and how content its customers are: the percentage
// of top scores in their feedback.
type country struct {
	code    string
	content int64
}

var countries = []weighted[country]{
	{30, country{"DE", 70}}, {14, country{"NL", 60}}, {18, country{"FR", 45}}, {10, country{"ES", 75}},
	{12, country{"IT", 35}}, {9, country{"SE", 80}}, {5, country{"DK", 78}},
	{1, country{"IS", 60}}, {1, country{"AQ", 50}},
}

var segments = []weighted[string]{{60, "smb"}, {27, "midsize"}, {10, "enterprise"}, {1, "strategic"}, {2, ""}}
