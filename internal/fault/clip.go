package fault

// Clip shortens text from outside for a message: to at most 64 bytes, never
// inside a character, and "..." where something is missing.
func Clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	end := 0
	for i := range s {
		if i > most {
			break
		}
		end = i
	}
	return s[:end] + "..."
}
