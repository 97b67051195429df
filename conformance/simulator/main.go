// Command simulator serves the simulated AWS on a port, for clients that others
// wrote: Terraform, the AWS CLI, boto3. It prints its URL, then serves until it is
// interrupted. With -record it keeps every exchange, one JSON object a line.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"holdfast/internal/awssim"
)

func main() {
	scenario := flag.String("scenario", "", "scenario `file` (default: the demo's)")
	listen := flag.String("listen", "127.0.0.1:0", "`address` to listen on")
	record := flag.String("record", "", "`file` for every exchange, as JSON Lines")
	pageSize := flag.Int("page-size", 0, "most items on any page (default: the scenario's)")
	operations := flag.Bool("operations", false, "print the operations that it answers, and stop")
	flag.Parse()
	if *operations {
		fmt.Println(strings.Join(awssim.Operations(), "\n"))
		return
	}
	if err := run(*scenario, *listen, *record, *pageSize); err != nil {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

func run(scenario, listen, record string, pageSize int) (err error) {
	sim, err := load(scenario)
	if err != nil {
		return err
	}
	if pageSize > 0 {
		sim.PageSize = pageSize
	}
	var handler http.Handler = sim
	if record != "" {
		file, err := os.Create(record)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		handler = recorded(sim, json.NewEncoder(file))
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server := &http.Server{Handler: handler}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Printf("http://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// load makes a simulator whose clock starts at the scenario's and goes on.
func load(scenario string) (*awssim.Simulator, error) {
	data := awssim.Demo
	if scenario != "" {
		var err error
		if data, err = os.ReadFile(scenario); err != nil {
			return nil, err
		}
	}
	sim, err := awssim.Load(data)
	if err != nil {
		return nil, err
	}
	start, clock := time.Now(), sim.Clock.Now()
	sim.Clock.Follow(func() time.Time { return clock.Add(time.Since(start)) })
	return sim, nil
}

// An exchange is a line of the record.
type exchange struct {
	Operation string // "backup:ListBackupVaults"
	Method    string
	Path      string
	Request   string
	Status    int
	Header    http.Header // of the answer
	Response  string      // in base64 where it is no text
	Base64    bool        // Response is
}

// A tee keeps the answer that goes through it.
type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *tee) Write(p []byte) (int, error) {
	t.body.Write(p)
	return t.ResponseWriter.Write(p)
}

// recorded keeps what was answered, as it was sent, with the name of the operation,
// which the simulator tells by request id.
func recorded(sim *awssim.Simulator, out *json.Encoder) http.Handler {
	var mu sync.Mutex
	running := map[string]awssim.Exchange{}
	sim.Record = func(e awssim.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		running[e.RequestID] = e
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &tee{ResponseWriter: w}
		sim.ServeHTTP(answer, r)
		mu.Lock()
		defer mu.Unlock()
		id := w.Header().Get("X-Amzn-Requestid")
		e := running[id]
		delete(running, id)
		line := exchange{Operation: e.Operation, Method: e.Method, Path: e.Path, Request: string(e.Request),
			Status: answer.status, Header: w.Header().Clone(), Response: answer.body.String()}
		if !utf8.ValidString(line.Response) {
			line.Response, line.Base64 = base64.StdEncoding.EncodeToString(answer.body.Bytes()), true
		}
		out.Encode(line)
	})
}
