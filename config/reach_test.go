package config

import (
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	scanned := []string{"111122223333", "222233334444", "444455556666"}
	for _, test := range []struct {
		account, resource string
		want              string
		named             bool
	}{
		{"", "arn:aws:dynamodb:eu-west-1:222233334444:table/X", "222233334444", true},
		{"", "arn:aws:dynamodb:*:222233334444:table/*", "222233334444", true},
		{"222233334444 444455556666", "arn:aws:dynamodb:*:*:table/X", "222233334444 444455556666", true},
		{"222233334444", "arn:aws:dynamodb:*:444455556666:table/X", "222233334444", true},
		{"", "arn:aws:dynamodb:*:999999999999:table/X", "", true},
		{"", "arn:*:table/X", "111122223333", false},
		{"", "arn:aws:dynamodb:eu-west-1:*:table/X", "111122223333", false},
		{"4*", "*", "444455556666", false},
		{"9*", "*", "", true},
	} {
		w := Waiver{Account: strings.Fields(test.account), Resource: []string{test.resource}}
		got, named := w.Names(scanned)
		if !slices.Equal(got, strings.Fields(test.want)) || named != test.named {
			t.Errorf("%s, %s: got %v, %t; want %s, %t", test.account, test.resource, got, named, test.want, test.named)
		}
	}
}

func TestReaches(t *testing.T) {
	for _, test := range []struct {
		account, region, resource string
		want                      bool
	}{
		{"", "", "arn:aws:dynamodb:eu-west-1:111122223333:table/X", true},
		{"", "", "arn:aws:dynamodb:eu-*:111122223333:table/X", true},
		{"", "", "arn:aws:dynamodb:us-east-1:111122223333:table/X", false},
		{"", "", "arn:aws:dynamodb:eu-west-1:999999999999:table/X", false},
		{"", "us-*", "*", false},
		{"9*", "", "*", false},
		{"", "", "arn:aws:iam::111122223333:role/x", true},
		{"", "", "arn:*:table/X", true},
		{"", "", "*eu-central-1*", true},
	} {
		w := Waiver{Account: strings.Fields(test.account), Region: strings.Fields(test.region), Resource: []string{test.resource}}
		if got := w.Reaches("111122223333", "eu-west-1"); got != test.want {
			t.Errorf("%+v: got %t", test, got)
		}
	}
}
