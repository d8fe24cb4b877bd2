package clv

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// key is what is counted: a number of purchases and two finite floats, of which
// none is -0.
type key struct {
	x    int64
	u, v float64
}

// counts counts equal keys once. It is an ordered hash table (Amble, Knuth
// 1974): open addressing in which every cluster is kept sorted, so that the
// slots are in the order of hash and key whatever order the keys came in. Sums
// over them, which depend on the order of floats, are then the same for every
// order of reading and merging, and nothing has to be sorted. Its size is
// bounded by the number of distinct keys. The zero counts is empty.
type counts struct {
	slots   []slot // 1 << log of them, and some to run over into
	log     uint
	used    int    // slots that are not empty
	waiting []slot // not yet in slots
	touched int64
}

// slot has 32 bytes, half a line of the processor's cache.
type slot struct {
	key
	n int64 // 0 in an empty slot
}

// overrun is how many slots are appended when the last cluster runs over the end.
const overrun = 64

// together is how many keys are put into the table at a time: their slots are
// fetched from memory side by side, not one after the other.
const together = 32

// add counts n > 0 of a key.
func (c *counts) add(k key, n int64) {
	if c.waiting = append(c.waiting, slot{k, n}); len(c.waiting) >= together {
		c.settle()
	}
}

// settle puts what waits into the table.
func (c *counts) settle() {
	for c.used+len(c.waiting) > 1<<c.log/4*3 {
		c.grow()
	}
	for i := range c.waiting {
		c.touched += c.slots[c.waiting[i].hash()>>(64-c.log)].n
	}
	for i := range c.waiting {
		c.put(c.waiting[i])
	}
	c.waiting = c.waiting[:0]
}

// distinct is the number of distinct keys.
func (c *counts) distinct() int {
	c.settle()
	return c.used
}

func (c *counts) put(s slot) {
	hash := s.hash()
	for i := hash >> (64 - c.log); ; i++ {
		if i == uint64(len(c.slots)) {
			c.slots = append(c.slots, make([]slot, overrun)...)
		}
		at := &c.slots[i]
		if at.n == 0 {
			*at = s
			c.used++
			return
		}
		if at.key == s.key {
			at.n += s.n
			return
		}
		if other := at.hash(); hash < other || hash == other && s.before(&at.key) {
			s, *at, hash = *at, s, other // what stood here moves on
		}
	}
}

func (c *counts) grow() {
	old := c.slots
	c.log, c.used = max(c.log+1, 8), 0
	c.slots = make([]slot, 1<<c.log+overrun)
	for i := range old {
		if old[i].n > 0 {
			c.put(old[i])
		}
	}
}

// merge adds what another has counted.
func (c *counts) merge(o *counts) {
	o.each(func(k *key, n int64) { c.add(*k, n) })
}

// each calls f with every key and how often it was counted, in a fixed order.
func (c *counts) each(f func(k *key, n int64)) {
	c.settle()
	for i := range c.slots {
		if s := &c.slots[i]; s.n > 0 {
			f(&s.key, s.n)
		}
	}
}

func (k *key) before(o *key) bool {
	return cmp.Or(cmp.Compare(k.x, o.x), cmp.Compare(k.u, o.u), cmp.Compare(k.v, o.v)) < 0
}

// hash mixes by the multiplication of 128 bits (wyhash, public domain). It has
// no seed: the order of slots must be the same tomorrow.
func (k *key) hash() uint64 {
	h := fold(math.Float64bits(k.u)^0xa0761d6478bd642f, math.Float64bits(k.v)^0xe7037ed1a0b428db)
	return fold(h^0x8ebc6af09c88c6e3, uint64(k.x)^0x589965cc75374cc3)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// many distinct keys are worth a search among few before that among all.
const many = 16384

// coarse counts the same with three bits after each float's first, an error of
// 6 %: few keys, whose best fit is near that of all. It is nil where the keys
// are few already.
func (c *counts) coarse() *counts {
	if c.distinct() < many {
		return nil
	}
	out := &counts{}
	c.each(func(k *key, n int64) { out.add(key{k.x, rounded(k.u), rounded(k.v)}, n) })
	return out
}

func rounded(v float64) float64 {
	const cut = 52 - 3
	return math.Float64frombits((math.Float64bits(v) + 1<<(cut-1)) >> cut << cut)
}

// group are the customers with the same number of purchases.
type group struct {
	x         int64
	customers int64
	above     int64 // customers with more purchases
}

// groups are those of the counted keys, by x ascending, and where each x stands.
func (c *counts) groups() (all []group, at map[int64]int32) {
	customers := map[int64]int64{}
	c.each(func(k *key, n int64) { customers[k.x] += n })
	for x, n := range customers {
		all = append(all, group{x: x, customers: n})
	}
	slices.SortFunc(all, func(a, b group) int { return cmp.Compare(a.x, b.x) })
	at = make(map[int64]int32, len(all))
	var above int64
	for i := len(all) - 1; i >= 0; i-- {
		all[i].above = above
		above += all[i].customers
		at[all[i].x] = int32(i)
	}
	return all, at
}
