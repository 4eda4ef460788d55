package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"knowhow/cmd/knowhow/serve"
)

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What an image is built from is there, and not held back from its build.
func TestWhatTheImageCopies(t *testing.T) {
	ignored, err := os.ReadFile(filepath.Join("..", "..", ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	copied, stages := 0, []string{}
	for line := range strings.Lines(deployed(t, "Containerfile")) {
		words := strings.Fields(line)
		if len(words) == 4 && words[0] == "FROM" {
			stages = append(stages, words[3])
		}
		if len(words) < 3 || words[0] != "COPY" {
			continue
		}
		if from, ok := strings.CutPrefix(words[1], "--from="); ok {
			if !slices.Contains(stages, from) {
				t.Errorf("%q: no stage is called so before", strings.TrimSpace(line))
			}
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			copied++
			if _, err := os.Stat(filepath.Join("..", "..", source)); err != nil {
				t.Errorf("%q: %v", strings.TrimSpace(line), err)
			}
			if slices.Contains(strings.Fields(string(ignored)), source) {
				t.Errorf("%s is copied and ignored", source)
			}
		}
	}
	if copied < 6 {
		t.Errorf("%d paths are copied", copied)
	}
}

// variables are those that a struct's flags are also read from.
func variables(of reflect.Type) (list []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous {
			list = append(list, variables(f.Type)...)
		}
		if name := f.Tag.Get("env"); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// Every variable that the service's files set is one that serve reads.
func TestDeployedVariablesAreRead(t *testing.T) {
	known, found := variables(reflect.TypeFor[serve.Command]()), 0
	for _, name := range []string{"knowhow.env", "knowhow.service", "Containerfile"} {
		for _, match := range regexp.MustCompile(`(KNOWHOW_[A-Z_]+)=`).FindAllStringSubmatch(deployed(t, name), -1) {
			if found++; !slices.Contains(known, match[1]) {
				t.Errorf("%s sets %s, which nobody reads", name, match[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("%d variables were found", found)
	}
}
