package dynamo

import (
	"errors"
	"testing"
	"time"
)

func TestRetries_AreFewShortAndNeverInStep(t *testing.T) {
	r := retryer()
	if r.MaxAttempts() != Attempts {
		t.Errorf("%d attempts, want %d", r.MaxAttempts(), Attempts)
	}
	for attempt := 1; attempt <= Attempts; attempt++ {
		seen := map[time.Duration]bool{}
		for range 100 {
			d, err := r.RetryDelay(attempt, errors.New("x"))
			if err != nil || d < 0 || d > MaxBackoff {
				t.Fatalf("%v, %v: want at most %v", d, err, MaxBackoff)
			}
			seen[d] = true
		}
		if len(seen) < 50 {
			t.Errorf("attempt %d: %d different pauses of 100", attempt, len(seen))
		}
	}
}
