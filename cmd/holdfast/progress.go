package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"holdfast/scanner"
)

// How often progress is said: a terminal's line moves, a log gets few lines.
const (
	terminalEvery = 100 * time.Millisecond
	logEvery      = 10 * time.Second
)

// progress shows how far collection has come, on standard error.
type progress struct {
	mu     sync.Mutex
	out    io.Writer
	style  string // "", "terminal", "text", "json"
	last   time.Time
	latest scanner.Progress
}

func (a *app) startProgress(f *flags) *progress {
	p := &progress{out: a.stderr, last: time.Now()}
	_, moving := terminal(a.stderr)
	switch {
	case f.quiet:
	case f.logFormat == "json":
		p.style = "json"
	case moving:
		p.style, p.last = "terminal", time.Time{}
	default:
		p.style = "text"
	}
	return p
}

func (p *progress) update(now scanner.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest = now
	every := logEvery
	if p.style == "terminal" {
		every = terminalEvery
	}
	if p.style == "" || time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	switch p.style {
	case "terminal":
		fmt.Fprintf(p.out, "\r\033[K%s", p.line())
	case "text":
		fmt.Fprintln(p.out, p.line())
	case "json":
		json.NewEncoder(p.out).Encode(map[string]any{
			"time": p.last.UTC().Format(time.RFC3339), "level": "info", "message": "collecting", "account": now.Account,
			"accounts": now.Accounts, "accounts_done": now.Done, "shards": now.Shards, "shards_done": now.Progress.Done, "calls": now.Calls,
		})
	}
}

func (p *progress) line() string {
	n := p.latest
	if n.Account == "" {
		return "finding accounts and Regions"
	}
	line := fmt.Sprintf("reading account %s: %d of %d Regions, %d calls", n.Account, n.Progress.Done, n.Shards, n.Calls)
	if n.Accounts > 1 {
		line = fmt.Sprintf("[%d/%d] %s", n.Done+1, n.Accounts, line)
	}
	return line
}

// stop clears a terminal's line, so that the report starts on a clean one.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.style == "terminal" {
		fmt.Fprint(p.out, "\r\033[K")
	}
}

// log says one thing on standard error, in the form that --log-format asks for.
func (a *app) log(f *flags, message string) {
	switch {
	case f.quiet:
	case f.logFormat == "json":
		json.NewEncoder(a.stderr).Encode(map[string]string{"time": time.Now().UTC().Format(time.RFC3339), "level": "info", "message": message})
	default:
		fmt.Fprintln(a.stderr, message)
	}
}
