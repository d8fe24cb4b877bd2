// Package config is the only place that reads environment variables, but for
// those of AWS, which its SDK reads itself. It owns their names, which
// deployments set and stacks refer to, and their defaults.
// It does not own flags (the command line's) and writes no keys.
package config

import "os"

// The variables that the command line reads.
const (
	ServerVar = "FAIRLEAD_SERVER" // address of a running service, such as https://fairlead.example.org
	TokenVar  = "FAIRLEAD_TOKEN"  // bearer token for it
)

// Client is how the command line reaches a service when no flag says so. Both
// are empty where the embedded store is meant.
type Client struct {
	Server string
	Token  string
}

// ReadClient reads Client from the environment of this process.
func ReadClient() Client { return clientFrom(os.Getenv) }

func clientFrom(get func(string) string) Client {
	return Client{Server: get(ServerVar), Token: get(TokenVar)}
}
