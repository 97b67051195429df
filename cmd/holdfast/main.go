// Holdfast proves that DynamoDB tables can be restored, and that nobody can
// destroy the backups. It reads AWS accounts without changing them, judges what
// it saw with Rego rules, and reports.
//
// Exit codes: 0 complete and nothing at or above --fail-on; 1 findings; 2 usage,
// configuration or fatal error; 3 something could not be read; 130 interrupted.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(execute()) }

// execute is main with an exit code, so that scripted tests can call it in-process.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	err := a.root().ExecuteContext(ctx)
	if ctx.Err() != nil {
		return a.explain(interrupted{})
	}
	return a.explain(err)
}
