package config

import "testing"

func TestClient_ComesFromItsTwoVariables(t *testing.T) {
	env := map[string]string{"FAIRLEAD_SERVER": "https://example.org", "FAIRLEAD_TOKEN": "t", "OTHER": "x"}
	if got, want := clientFrom(func(k string) string { return env[k] }), (Client{"https://example.org", "t"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	t.Setenv(ServerVar, "")
	t.Setenv(TokenVar, "u")
	if got, want := ReadClient(), (Client{"", "u"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
