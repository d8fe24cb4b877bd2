// Package config is the only place that reads environment variables. It owns
// their names and defaults, and no keys.
package config
