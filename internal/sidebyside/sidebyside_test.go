package sidebyside

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestEach_DoesEverythingOnceAndAsManyAtATimeAsItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make([]atomic.Int32, 100)
		began := time.Now()
		err := Each(t.Context(), len(done), 4, func(_ context.Context, i int) error {
			time.Sleep(time.Second)
			done[i].Add(1)
			return nil
		})
		if took := time.Since(began); err != nil || took != 25*time.Second {
			t.Errorf("%v, it took %s, want 100 seconds by four", err, took)
		}
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Errorf("number %d was done %d times", i, n)
			}
		}
	})
}

func TestEach_TheFirstFailureEndsTheRestAndIsTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := errors.New("the first")
		var begun atomic.Int32
		err := Each(t.Context(), 100, 2, func(ctx context.Context, i int) error {
			begun.Add(1)
			if i == 1 {
				return fails
			}
			<-ctx.Done() // told of the failure
			return ctx.Err()
		})
		if !errors.Is(err, fails) || begun.Load() > 3 {
			t.Errorf("%v, after %d had begun", err, begun.Load())
		}
	})
}

func TestEach_AContextThatEndedLeavesOutTheRest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	err := Each(ctx, 10, 1, func(context.Context, int) error {
		done++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || done != 1 {
		t.Errorf("%v, %d done", err, done)
	}
}

func TestEach_AContextThatHadEndedIsNoSuccess(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Each(ctx, 10, 1, func(context.Context, int) error {
		t.Error("something was done")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
