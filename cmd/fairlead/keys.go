package main

import (
	"os"

	"github.com/fairlead/fairlead/internal/httpapi"
)

type keysCmd struct{}

// Run prints the key set of the data folder's development tokens, which a
// service elsewhere can be told to believe (on the local stage only).
func (c *keysCmd) Run(s *session) error {
	if s.remote() {
		return usage("keys are those of a data folder; --server does not go with it")
	}
	dir := s.dataDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key, err := httpapi.OpenDevKey(dir)
	if err != nil {
		return err
	}
	s.printf("%s\n", key.PublicSet())
	return nil
}
