package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"holdfast/internal/awssim"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"holdfast": main})
}

// TestScripts runs what a user types, see testdata/scripts. In them
//
//	awssim FILE          serves the scenario FILE ("demo" is the built-in one)
//	                     and points the AWS variables at it
//	fault KIND OPERATION [REGION]   lets it answer wrongly from now on
//	fault off                       makes it answer again
//	exit CODE COMMAND …             runs a command that must end with that code
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/scripts",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_SESSION_TOKEN", "NO_COLOR"} {
				env.Setenv(name, "")
			}
			env.Values[runningKey{}] = &running{}
			env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/none")
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/none")
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"awssim": startSimulator,
			"fault":  addFault,
			"exit":   wantExit,
		},
	})
}

// running is the simulator of a script.
type running struct{ sim *awssim.Simulator }

func startSimulator(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: awssim FILE")
	}
	scenario := awssim.Demo
	if args[0] != "demo" {
		scenario = []byte(ts.ReadFile(args[0]))
	}
	sim, err := awssim.Load(scenario)
	ts.Check(err)
	server := awssim.Start(sim)
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL", server.URL)
	ts.Setenv("AWS_REGION", "eu-west-1")
	ts.Setenv("AWS_ACCESS_KEY_ID", "AKIAHOLDFASTDEMO0001")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "simulated")
	ts.Value(runningKey{}).(*running).sim = sim
}

type runningKey struct{}

// addFault arms a fault: fault KIND OPERATION [REGION], or disarms all: fault off.
func addFault(ts *testscript.TestScript, neg bool, args []string) {
	sim := ts.Value(runningKey{}).(*running).sim
	switch {
	case sim == nil:
		ts.Fatalf("fault: start awssim first")
	case len(args) == 1 && args[0] == "off":
		sim.Faults.Clear()
	case len(args) == 2 || len(args) == 3:
		sim.Faults.Add(awssim.Fault{Kind: args[0], Operation: args[1], Region: strings.Join(args[2:], "")})
	default:
		ts.Fatalf("usage: fault KIND OPERATION [REGION], or fault off")
	}
}

func wantExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND …")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		code = failed.ExitCode()
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("%s ended with %d, want %s", strings.Join(args[1:], " "), code, want)
	}
}
