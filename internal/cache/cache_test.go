package cache

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestCache_LoadsOnceHoweverManyAskAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache[int]
		var loads atomic.Int32
		begun := make(chan struct{})
		for range 20 {
			go func() {
				v, err := c.Get(t.Context(), "a", func(context.Context) (int, error) {
					loads.Add(1)
					<-begun
					return 7, nil
				})
				if v != 7 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
			}()
		}
		synctest.Wait() // all of them wait for the one load
		close(begun)
		synctest.Wait()
		if n := loads.Load(); n != 1 {
			t.Errorf("loaded %d times", n)
		}
	})
}

func TestCache_AnErrorIsNotKept(t *testing.T) {
	var c Cache[string]
	fails := errors.New("busy")
	if _, err := c.Get(t.Context(), "a", func(context.Context) (string, error) { return "", fails }); !errors.Is(err, fails) {
		t.Fatalf("got %v", err)
	}
	v, err := c.Get(t.Context(), "a", func(context.Context) (string, error) { return "whole", nil })
	if v != "whole" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
}

// Whose request ends while it loads takes nobody else with it.
func TestCache_WhoWaitedForACallerThatGaveUpLoadsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Cache[string]
		gone, cancel := context.WithCancel(t.Context())
		load := func(ctx context.Context) (string, error) {
			if ctx == gone {
				<-ctx.Done()
				return "", ctx.Err()
			}
			return "whole", nil
		}
		go func() {
			if _, err := c.Get(gone, "a", load); !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up got %v", err)
			}
		}()
		synctest.Wait()
		go func() {
			if v, err := c.Get(t.Context(), "a", load); v != "whole" || err != nil {
				t.Errorf("who waited got %q, %v", v, err)
			}
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
	})
}

func TestCache_KeepsNoMoreThanItMay(t *testing.T) {
	c := Cache[int]{Most: 2}
	loads := 0
	for _, name := range []string{"a", "b", "a", "b", "c", "a"} {
		v, err := c.Get(t.Context(), name, func(context.Context) (int, error) {
			loads++
			return len(name), nil
		})
		if v != 1 || err != nil || len(c.kept) > 2 {
			t.Errorf("%s: %d, %v, %d kept", name, v, err, len(c.kept))
		}
	}
	if loads != 4 {
		t.Errorf("loaded %d times: a and b are kept until c comes", loads)
	}
}

func TestCache_HasWhatItWasGiven(t *testing.T) {
	var c Cache[int]
	c.Keep("a", 1)
	v, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { return 0, fmt.Errorf("asked for what is kept") })
	if v != 1 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}
