package api

import "testing"

func TestFirstLanguage(t *testing.T) {
	for accepted, want := range map[string]string{
		"": "", "de": "de", "de-AT,de;q=0.9,en;q=0.8": "de-AT", "en;q=0.3, fr;q=0.7": "fr", "*": "", "und": "", "no such thing!": "",
		"EN-us": "en-US", "de-x-private": "", "de;q=0": "",
	} {
		if got := firstLanguage(accepted); got != want {
			t.Errorf("%q: %q, want %q", accepted, got, want)
		}
	}
}
