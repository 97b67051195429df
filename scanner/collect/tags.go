package collect

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"holdfast/scanner/snapshot"
)

// tags are the tags of all tables. The tagging API gives a hundred tables with
// one call, where DynamoDB itself gives one, ten times a second.
type tags struct {
	done chan struct{} // closed once the rest may be read
	ok   bool          // every page was answered
	by   map[string][]snapshot.Tag
}

// readTags begins to read, and returns at once.
func readTags(ctx context.Context, target Target, rec *Recorder) *tags {
	t := &tags{done: make(chan struct{}), by: map[string][]snapshot.Tag{}}
	go func() {
		defer close(t.done)
		t.ok = t.read(ctx, target, rec)
	}()
	return t
}

// read says whether all pages were answered. Its failure is no gap, since each
// table is then asked for its own tags.
func (t *tags) read(ctx context.Context, target Target, rec *Recorder) bool {
	client := tagging.NewFromConfig(target.Config)
	q := ask("tag:GetResources", "ResourceTypeFilters", "dynamodb:table")
	q.elsewhere = true
	got := list(ctx, rec, q,
		func(ctx context.Context, token *string) (*tagging.GetResourcesOutput, error) {
			return client.GetResources(ctx, &tagging.GetResourcesInput{
				ResourceTypeFilters: []string{"dynamodb:table"}, ResourcesPerPage: target.page(100), PaginationToken: token,
			})
		},
		func(out *tagging.GetResourcesOutput) (*string, int, error) {
			for _, r := range out.ResourceTagMappingList {
				if r.ResourceARN == nil {
					return nil, 0, unreadableError{"a resource has no ResourceARN"}
				}
				var found []snapshot.Tag
				for _, tag := range r.Tags {
					found = append(found, snapshot.Tag{Key: aws.ToString(tag.Key), Value: aws.ToString(tag.Value)})
				}
				t.by[*r.ResourceARN] = sortTags(found)
			}
			return out.PaginationToken, len(out.ResourceTagMappingList), nil
		})
	return got == given
}

// of returns a table's tags. A table that the tagging API leaves out never had
// one: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
func (t *tags) of(ctx context.Context, d *dynamo, arn string) []snapshot.Tag {
	select {
	case <-t.done:
	case <-ctx.Done():
		return nil
	}
	if t.ok {
		return t.by[arn]
	}
	var found []snapshot.Tag
	list(ctx, d.Recorder, ask("dynamodb:ListTagsOfResource", "ResourceArn", arn).orNone("ResourceNotFoundException"),
		func(ctx context.Context, token *string) (*dynamodb.ListTagsOfResourceOutput, error) {
			return d.client.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn, NextToken: token})
		},
		func(out *dynamodb.ListTagsOfResourceOutput) (*string, int, error) {
			for _, tag := range out.Tags {
				found = append(found, snapshot.Tag{Key: aws.ToString(tag.Key), Value: aws.ToString(tag.Value)})
			}
			return out.NextToken, len(out.Tags), nil
		})
	return sortTags(found)
}

func sortTags(tags []snapshot.Tag) []snapshot.Tag {
	slices.SortFunc(tags, func(a, b snapshot.Tag) int { return strings.Compare(a.Key, b.Key) })
	return tags
}
