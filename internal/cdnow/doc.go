// Package cdnow is the whole main job on real orders, as a test: the 69,659
// orders that 23,570 customers placed with CDNOW from January 1997 to June 1998
// are imported, routed, closed and paid for 18 months in a row, through the
// HTTP API in process on the embedded store, as the command line does it. What
// comes out is computed a second time from the file alone.
//
// It also has the benchmarks of importing, which make their own orders. It owns
// nothing that ships, and its tests are skipped where the file is not there: it
// is no part of the project.
package cdnow
