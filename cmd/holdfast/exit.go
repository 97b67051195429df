package main

import (
	"errors"
	"fmt"
)

// Exit codes. Usage and fatal errors win over findings, findings over an
// incomplete scan.
const (
	exitOK          = 0
	exitFindings    = 1
	exitError       = 2
	exitIncomplete  = 3
	exitInterrupted = 130
)

// A verdict is an exit code that is no error: reports were written, and say why.
type verdict struct {
	code   int
	reason string
}

func (v verdict) Error() string { return v.reason }

type interrupted struct{}

func (interrupted) Error() string {
	return "interrupted; what was collected is kept, holdfast scan --resume continues it"
}

// explain prints why the command ends and returns its exit code. Reasons go to
// standard error, so that standard output stays the report.
func (a *app) explain(err error) int {
	var v verdict
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &v):
		if v.reason != "" {
			fmt.Fprintln(a.stderr, "holdfast: "+v.reason)
		}
		return v.code
	case errors.As(err, &interrupted{}):
		fmt.Fprintln(a.stderr, "holdfast: "+err.Error())
		return exitInterrupted
	}
	fmt.Fprintln(a.stderr, "holdfast: "+err.Error())
	return exitError
}
