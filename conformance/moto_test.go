package conformance_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// moto is a running moto_server: the AWS that the moto project wrote.
type moto struct{ url string }

// startMoto starts a server of its own, or skips where there is none.
func startMoto(t *testing.T) moto {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not here (pip install 'moto[server]')")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "MOTO_ACCOUNT_ID=") { // it would make one account of all
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "MOTO_EC2_LOAD_DEFAULT_AMIS=false", "MOTO_IAM_LOAD_MANAGED_POLICIES=true")
	var words bytes.Buffer
	cmd.Stderr = &words
	if err := cmd.Start(); err != nil {
		t.Skip("moto_server does not start: ", err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
	})
	m := moto{fmt.Sprintf("http://127.0.0.1:%d", port)}
	for deadline := time.Now().Add(time.Minute); ; {
		if answer, err := http.Get(m.url + "/moto-api/data.json"); err == nil {
			answer.Body.Close()
			return m
		}
		select {
		case <-ended:
			t.Skip("moto_server does not start: ", strings.Join(strings.Fields(words.String()), " "))
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("moto_server does not answer within a minute")
		}
	}
}

// bucket makes a bucket, which moto wants to see before a trail writes to it.
func (m moto) bucket(t *testing.T, name string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPut, m.url+"/"+name, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIACONFORMANCE00001/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	m.send(t, request)
}
