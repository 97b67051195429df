package collect

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// oneClient is an HTTP client that all service clients share. Left to themselves,
// each would make its own connections, and keep them after its Region is done.
// Those of the SDK's own client nobody can close: it hides its transport.
func oneClient(client aws.HTTPClient) aws.HTTPClient {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	b, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	return &http.Client{
		Transport: b.GetTransport(), Timeout: b.GetTimeout(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // AWS's APIs never redirect
	}
}

// closeIdle closes the connections that nobody uses. A scan of many accounts would
// otherwise keep those of all for a minute and a half.
func closeIdle(client aws.HTTPClient) {
	if c, ok := client.(*http.Client); ok {
		c.CloseIdleConnections()
	}
}
