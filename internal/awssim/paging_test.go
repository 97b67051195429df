package awssim_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"holdfast/internal/awssim"
)

func everything(t testing.TB) *awssim.Simulator {
	t.Helper()
	return load(t, mustRead(t, "testdata/everything.yaml"))
}

// A paginator is any of the SDK's.
type paginator[Page, Options any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (Page, error)
}

// collect reads all pages and returns what each holds.
func collect[Page, Options any](p paginator[Page, Options], items func(Page) []string) (pages [][]string, err error) {
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return pages, err
		}
		if pages = append(pages, items(page)); len(pages) > 1000 {
			return pages, fmt.Errorf("no end after %d pages", len(pages))
		}
	}
	return pages, nil
}

func names[T any](items []T, name func(T) string) []string {
	var out []string
	for _, i := range items {
		out = append(out, name(i))
	}
	return out
}

const alphaArn = "arn:aws:dynamodb:eu-west-1:111111111111:table/alpha"

// lists are all lists of the simulator, read with the SDK's paginators where it
// has one.
func lists(t *testing.T, c clients) map[string]func() ([][]string, error) {
	planID, holdID := "", ""
	plans, err := collect(backup.NewListBackupPlansPaginator(c.bk, &backup.ListBackupPlansInput{}), func(p *backup.ListBackupPlansOutput) []string {
		for _, x := range p.BackupPlansList {
			if *x.BackupPlanName == "daily-plan" {
				planID = *x.BackupPlanId
			}
		}
		return nil
	})
	holds, holdErr := collect(backup.NewListLegalHoldsPaginator(c.bk, &backup.ListLegalHoldsInput{}), func(p *backup.ListLegalHoldsOutput) []string {
		for _, x := range p.LegalHolds {
			if *x.Title == "case one" {
				holdID = *x.LegalHoldId
			}
		}
		return nil
	})
	if err != nil || holdErr != nil || planID == "" || holdID == "" {
		t.Fatal(plans, holds, err, holdErr)
	}
	s := aws.ToString
	all := map[string]func() ([][]string, error){
		"ListTables": func() ([][]string, error) {
			return collect(dynamodb.NewListTablesPaginator(c.ddb, &dynamodb.ListTablesInput{}), func(p *dynamodb.ListTablesOutput) []string { return p.TableNames })
		},
		"ListBackups": func() ([][]string, error) { return allTableBackups(c, ddbtypes.BackupTypeFilterAll) },
		"ListTagsOfResource": func() (pages [][]string, err error) {
			in := &dynamodb.ListTagsOfResourceInput{ResourceArn: aws.String(alphaArn)}
			for {
				out, err := c.ddb.ListTagsOfResource(ctx, in)
				if err != nil {
					return nil, err
				}
				pages = append(pages, names(out.Tags, func(t ddbtypes.Tag) string { return *t.Key + "=" + *t.Value }))
				if in.NextToken = out.NextToken; in.NextToken == nil {
					return pages, nil
				}
			}
		},
		"GetResources": func() ([][]string, error) {
			api := resourcegroupstaggingapi.NewFromConfig(c.Config)
			return collect(resourcegroupstaggingapi.NewGetResourcesPaginator(api, &resourcegroupstaggingapi.GetResourcesInput{}),
				func(p *resourcegroupstaggingapi.GetResourcesOutput) (out []string) {
					for _, r := range p.ResourceTagMappingList {
						out = append(out, fmt.Sprint(*r.ResourceARN, len(r.Tags)))
					}
					return out
				})
		},
		"ListRegions": func() ([][]string, error) {
			api := account.NewFromConfig(c.Config)
			return collect(account.NewListRegionsPaginator(api, &account.ListRegionsInput{}), func(p *account.ListRegionsOutput) (out []string) {
				for _, r := range p.Regions {
					out = append(out, *r.RegionName+" "+string(r.RegionOptStatus))
				}
				return out
			})
		},
		"ListBackupPlans": func() ([][]string, error) {
			return collect(backup.NewListBackupPlansPaginator(c.bk, &backup.ListBackupPlansInput{IncludeDeleted: aws.Bool(true)}), func(p *backup.ListBackupPlansOutput) (out []string) {
				for _, x := range p.BackupPlansList {
					out = append(out, *x.BackupPlanArn)
				}
				return out
			})
		},
		"ListBackupPlanVersions": func() ([][]string, error) {
			return collect(backup.NewListBackupPlanVersionsPaginator(c.bk, &backup.ListBackupPlanVersionsInput{BackupPlanId: &planID}), func(p *backup.ListBackupPlanVersionsOutput) (out []string) {
				for _, x := range p.BackupPlanVersionsList {
					out = append(out, *x.VersionId)
				}
				return out
			})
		},
		"ListBackupSelections": func() ([][]string, error) {
			return collect(backup.NewListBackupSelectionsPaginator(c.bk, &backup.ListBackupSelectionsInput{BackupPlanId: &planID}), func(p *backup.ListBackupSelectionsOutput) (out []string) {
				for _, x := range p.BackupSelectionsList {
					out = append(out, *x.SelectionName)
				}
				return out
			})
		},
		"ListBackupVaults": func() ([][]string, error) {
			return collect(backup.NewListBackupVaultsPaginator(c.bk, &backup.ListBackupVaultsInput{}), func(p *backup.ListBackupVaultsOutput) (out []string) {
				for _, x := range p.BackupVaultList {
					out = append(out, *x.BackupVaultName)
				}
				return out
			})
		},
		"ListRecoveryPointsByBackupVault": func() ([][]string, error) {
			return collect(backup.NewListRecoveryPointsByBackupVaultPaginator(c.bk, &backup.ListRecoveryPointsByBackupVaultInput{BackupVaultName: aws.String("daily")}), func(p *backup.ListRecoveryPointsByBackupVaultOutput) (out []string) {
				for _, x := range p.RecoveryPoints {
					out = append(out, *x.RecoveryPointArn)
				}
				return out
			})
		},
		"ListRecoveryPointsByBackupVault of one table": func() ([][]string, error) {
			return collect(backup.NewListRecoveryPointsByBackupVaultPaginator(c.bk, &backup.ListRecoveryPointsByBackupVaultInput{BackupVaultName: aws.String("daily"), ByResourceArn: aws.String(alphaArn)}), func(p *backup.ListRecoveryPointsByBackupVaultOutput) (out []string) {
				for _, x := range p.RecoveryPoints {
					out = append(out, *x.RecoveryPointArn)
				}
				return out
			})
		},
		"ListRecoveryPointsByResource": func() ([][]string, error) {
			return collect(backup.NewListRecoveryPointsByResourcePaginator(c.bk, &backup.ListRecoveryPointsByResourceInput{ResourceArn: aws.String(alphaArn)}), func(p *backup.ListRecoveryPointsByResourceOutput) (out []string) {
				for _, x := range p.RecoveryPoints {
					out = append(out, *x.RecoveryPointArn)
				}
				return out
			})
		},
		"ListProtectedResources": func() ([][]string, error) {
			return collect(backup.NewListProtectedResourcesPaginator(c.bk, &backup.ListProtectedResourcesInput{}), func(p *backup.ListProtectedResourcesOutput) (out []string) {
				for _, x := range p.Results {
					out = append(out, *x.ResourceArn+" "+s(x.LastRecoveryPointArn))
				}
				return out
			})
		},
		"ListBackupJobs": func() ([][]string, error) {
			return collect(backup.NewListBackupJobsPaginator(c.bk, &backup.ListBackupJobsInput{}), func(p *backup.ListBackupJobsOutput) (out []string) {
				for _, x := range p.BackupJobs {
					out = append(out, *x.BackupJobId)
				}
				return out
			})
		},
		"ListCopyJobs": func() ([][]string, error) {
			return collect(backup.NewListCopyJobsPaginator(c.bk, &backup.ListCopyJobsInput{}), func(p *backup.ListCopyJobsOutput) (out []string) {
				for _, x := range p.CopyJobs {
					out = append(out, *x.CopyJobId)
				}
				return out
			})
		},
		"ListRestoreJobs": func() ([][]string, error) {
			return collect(backup.NewListRestoreJobsPaginator(c.bk, &backup.ListRestoreJobsInput{}), func(p *backup.ListRestoreJobsOutput) (out []string) {
				for _, x := range p.RestoreJobs {
					out = append(out, *x.RestoreJobId)
				}
				return out
			})
		},
		"ListRestoreTestingPlans": func() ([][]string, error) {
			return collect(backup.NewListRestoreTestingPlansPaginator(c.bk, &backup.ListRestoreTestingPlansInput{}), func(p *backup.ListRestoreTestingPlansOutput) (out []string) {
				for _, x := range p.RestoreTestingPlans {
					out = append(out, *x.RestoreTestingPlanName)
				}
				return out
			})
		},
		"ListRestoreTestingSelections": func() ([][]string, error) {
			return collect(backup.NewListRestoreTestingSelectionsPaginator(c.bk, &backup.ListRestoreTestingSelectionsInput{RestoreTestingPlanName: aws.String("rt1")}), func(p *backup.ListRestoreTestingSelectionsOutput) (out []string) {
				for _, x := range p.RestoreTestingSelections {
					out = append(out, *x.RestoreTestingSelectionName)
				}
				return out
			})
		},
		"ListLegalHolds": func() ([][]string, error) {
			return collect(backup.NewListLegalHoldsPaginator(c.bk, &backup.ListLegalHoldsInput{}), func(p *backup.ListLegalHoldsOutput) (out []string) {
				for _, x := range p.LegalHolds {
					out = append(out, *x.Title)
				}
				return out
			})
		},
		"ListRecoveryPointsByLegalHold": func() ([][]string, error) {
			return collect(backup.NewListRecoveryPointsByLegalHoldPaginator(c.bk, &backup.ListRecoveryPointsByLegalHoldInput{LegalHoldId: &holdID}), func(p *backup.ListRecoveryPointsByLegalHoldOutput) (out []string) {
				for _, x := range p.RecoveryPoints {
					out = append(out, *x.RecoveryPointArn)
				}
				return out
			})
		},
		"ListTags": func() ([][]string, error) {
			return collect(backup.NewListTagsPaginator(c.bk, &backup.ListTagsInput{ResourceArn: aws.String("arn:aws:backup:eu-west-1:111111111111:backup-vault:daily")}), func(p *backup.ListTagsOutput) (out []string) {
				for k, v := range p.Tags {
					out = append(out, k+"="+v)
				}
				slices.Sort(out) // a map has no order
				return out
			})
		},
	}
	maps.Copy(all, accessLists(c))
	maps.Copy(all, watchLists(c))
	return all
}

func allTableBackups(c clients, kind ddbtypes.BackupTypeFilter) (pages [][]string, err error) {
	in := &dynamodb.ListBackupsInput{BackupType: kind}
	for {
		out, err := c.ddb.ListBackups(ctx, in)
		if err != nil {
			return nil, err
		}
		pages = append(pages, names(out.BackupSummaries, func(b ddbtypes.BackupSummary) string { return *b.BackupArn }))
		if in.ExclusiveStartBackupArn = out.LastEvaluatedBackupArn; in.ExclusiveStartBackupArn == nil {
			return pages, nil
		}
	}
}

// The same set comes out of every list, whatever the page size.
func TestEveryListHasPages(t *testing.T) {
	sim := everything(t)
	server := serve(t, sim)
	c := connect(server, "AKIAONE", "eu-west-1")
	whole := map[string][]string{}
	for name, list := range lists(t, c) {
		pages, err := list()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		whole[name] = slices.Concat(pages...)
		if len(whole[name]) < 2 {
			t.Errorf("%s has %d items, too few to have pages", name, len(whole[name]))
		}
		if len(pages) != 1 {
			t.Errorf("%s has %d pages at AWS's own size, want one", name, len(pages))
		}
	}
	for _, size := range []int{1, 2, 3} {
		sim.PageSize = size
		for name, list := range lists(t, c) {
			pages, err := list()
			if err != nil {
				t.Fatalf("%s at %d a page: %v", name, size, err)
			}
			for i, page := range pages {
				if len(page) > size || len(page) == 0 && i < len(pages)-1 {
					t.Errorf("%s: page %d holds %d items, want at most %d", name, i+1, len(page), size)
				}
			}
			got := slices.Concat(pages...)
			if name == "GetAccountAuthorizationDetails" || name == "DescribeAlarms" { // several lists on a page
				slices.Sort(got)
				slices.Sort(whole[name])
			}
			if !slices.Equal(got, whole[name]) {
				t.Errorf("%s at %d a page:\n got %s\nwant %s", name, size, strings.Join(got, " "), strings.Join(whole[name], " "))
			}
		}
	}
}

// A client's own page size is kept too, and AWS's bounds are enforced.
func TestPageSizeOfTheClient(t *testing.T) {
	c := connect(serve(t, everything(t)), "AKIAONE", "eu-west-1")
	for size, want := range map[int32]int{1: 1, 3: 3, 1000: 7} {
		out, err := c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{MaxResults: aws.Int32(size)})
		if err != nil || len(out.BackupVaultList) != want || (out.NextToken == nil) != (want == 7) {
			t.Errorf("MaxResults %d: %d vaults, token %v, %v", size, len(out.BackupVaultList), out.NextToken, err)
		}
	}
	_, err := c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{MaxResults: aws.Int32(1001)})
	wantCode(t, err, "InvalidParameterValueException")
	_, err = c.ddb.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(101)})
	wantCode(t, err, "ValidationException")
	_, err = c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{Limit: aws.Int32(101)})
	wantCode(t, err, "ValidationException")
}

// A token works for the question it was given for, and unaltered.
func TestTamperedTokensAreRefused(t *testing.T) {
	sim := everything(t)
	sim.PageSize = 1
	s := serve(t, sim)
	c := connect(s, "AKIAONE", "eu-west-1")
	out, err := c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
	if err != nil {
		t.Fatal(err)
	}
	token := *out.NextToken
	for _, bad := range []string{token[:len(token)-2], "x" + token, strings.ToLower(token), "AAAA", "not base64!"} {
		_, err := c.bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{NextToken: &bad})
		wantCode(t, err, "InvalidParameterValueException")
	}
	_, err = c.bk.ListBackupPlans(ctx, &backup.ListBackupPlansInput{NextToken: &token})
	wantCode(t, err, "InvalidParameterValueException")
	_, err = connect(s, "AKIATWO", "eu-west-1").bk.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{NextToken: &token})
	wantCode(t, err, "InvalidParameterValueException")
	bad := "nonsense"
	_, err = c.ddb.ListBackups(ctx, &dynamodb.ListBackupsInput{ExclusiveStartBackupArn: aws.String("arn:aws:dynamodb:eu-west-1:111111111111:table/alpha/backup/xx-not-an-arn-of-a-backup")})
	wantCode(t, err, "ValidationException")
	_, err = c.ddb.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: aws.String(alphaArn), NextToken: &bad})
	wantCode(t, err, "ValidationException")
	api := resourcegroupstaggingapi.NewFromConfig(c.Config)
	_, err = api.GetResources(ctx, &resourcegroupstaggingapi.GetResourcesInput{PaginationToken: &bad})
	wantCode(t, err, "PaginationTokenExpiredException")
	_, err = account.NewFromConfig(c.Config).ListRegions(ctx, &account.ListRegionsInput{NextToken: &bad})
	wantCode(t, err, "ValidationException")
}

// A full last page of ListBackups has a token all the same, as AWS warns.
func TestListBackupsTokenAfterTheLast(t *testing.T) {
	sim := everything(t)
	c := connect(serve(t, sim), "AKIAONE", "eu-west-1")
	pages, err := allTableBackups(c, ddbtypes.BackupTypeFilterUser)
	if err != nil {
		t.Fatal(err)
	}
	sim.PageSize = len(pages[0])
	pages, err = allTableBackups(c, ddbtypes.BackupTypeFilterUser)
	if err != nil || len(pages) != 2 || len(pages[1]) != 0 {
		t.Errorf("got %v, %v; want a full page and an empty one", pages, err)
	}
}
