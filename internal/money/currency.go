package money

import (
	"strings"
	"sync"
)

// The currencies of ISO 4217 list one, by the decimals the standard gives them.
// Source: list one as published by SIX, the maintenance agency, on 2026-01-01
// (amendments up to 180): 178 codes, of which 165 have decimals. The decimals
// were compared with the table of JDK 17, which names all but UYW and XAD.
//
// Fund codes (BOV CHE CHW CLF COU MXV USN UYI UYW) are in: the standard gives
// them decimals, so they can be counted. Codes without decimals ("N.A.": the
// metals XAG XAU XPD XPT, the units XBA XBB XBC XBD XDR XSU XUA, XTS for tests
// and XXX for none) are out: there is no minor unit to count.
const (
	digits0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	digits2 = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL " +
		"GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR " +
		"LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD " +
		"PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC " +
		"SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"
	digits3 = "BHD IQD JOD KWD LYD OMR TND"
	digits4 = "CLF UYW"

	// Withdrawn since 2015 and replaced by another code; kept so that facts of
	// those years can still be booked.
	withdrawn0 = "BYR"
	withdrawn2 = "ANG BGN CUC HRK LTL MRO SLL STD VEF ZWL"
)

// table has 1 + decimals at the place of each code, 0 where there is none. It is
// made by the first who asks: a process that needs none starts the sooner.
var table = sync.OnceValue(func() *[26 * 26 * 26]uint8 {
	var t [26 * 26 * 26]uint8
	for decimals, lists := range [][]string{{digits0, withdrawn0}, {}, {digits2, withdrawn2}, {digits3}, {digits4}} {
		for _, list := range lists {
			for _, code := range strings.Fields(list) {
				t[place(code)] = uint8(decimals + 1)
			}
		}
	}
	return &t
})

// place is the index of a code in table, -1 for what is no code.
func place(code string) int {
	if len(code) != 3 {
		return -1
	}
	n := 0
	for i := range 3 {
		if code[i] < 'A' || code[i] > 'Z' {
			return -1
		}
		n = n*26 + int(code[i]-'A')
	}
	return n
}

// Digits is the number of decimals of a currency (EUR 2, JPY 0, KWD 3, CLF 4);
// not ok for what is no ISO 4217 code in upper case.
func Digits(currency string) (int, bool) {
	i := place(currency)
	if i < 0 {
		return 0, false
	}
	digits := int(table()[i]) - 1
	return max(digits, 0), digits >= 0
}

// Currencies lists every code that Digits knows, sorted.
func Currencies() []string {
	var list []string
	for i, d := range table() {
		if d != 0 {
			list = append(list, string([]byte{byte('A' + i/26/26), byte('A' + i/26%26), byte('A' + i%26)}))
		}
	}
	return list
}
