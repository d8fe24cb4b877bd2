// Package archtest is the architecture as a test: who may import whom and why,
// which rooms are pure, where the clock, the environment, statuses and cloud
// packages may be named, and how large things may grow. It reads source files
// only. A new room needs a row in rooms_test.go; a row may wait for its room.
package archtest
