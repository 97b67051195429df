package collect_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/snapshot"
)

func keyARN(region, account, id string) string {
	return fmt.Sprintf("arn:aws:kms:%s:%s:key/%s", region, account, id)
}

// Every key that rows name is asked about by its ARN, in its own Region; a foreign
// one not for its policy; an alias never.
func TestKeysThatRowsName(t *testing.T) {
	f, a, _ := newFake(t)
	table, replica := keyARN(region, account, "table"), keyARN("us-east-1", account, "replica")
	vault, foreign, gone := keyARN(region, account, "vault"), keyARN(region, "999988887777", "foreign"), keyARN(region, account, "gone")
	f.handlers["ListTables"] = answer(`{"TableNames":["A"]}`)
	f.handlers["DescribeTable"] = answer(fmt.Sprintf(`{"Table":{"TableArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","SSEDescription":{"Status":"ENABLED","KMSMasterKeyArn":%q},
		"Replicas":[{"RegionName":"us-east-1","KMSMasterKeyId":%q},{"RegionName":"eu-north-1","KMSMasterKeyId":"alias/aws/dynamodb"}]}}`, table, replica))
	f.handlers["GET /backup-vaults"] = answer(fmt.Sprintf(`{"BackupVaultList":[{"BackupVaultName":"V","BackupVaultArn":"arn:v","EncryptionKeyArn":%q},
		{"BackupVaultName":"W","BackupVaultArn":"arn:w","EncryptionKeyArn":"arn:aws:kms:eu-west-1:111122223333:alias/aws/backup"}]}`, vault))
	f.handlers["GET /backup-vaults/V/access-policy"] = failure(404, "ResourceNotFoundException")
	f.handlers["GET /backup-vaults/W/access-policy"] = failure(404, "ResourceNotFoundException")
	f.handlers["GET /backup-vaults/V/recovery-points"] = answer(fmt.Sprintf(`{"RecoveryPoints":[
		{"RecoveryPointArn":"arn:p1","ResourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","EncryptionKeyArn":%q},
		{"RecoveryPointArn":"arn:p2","ResourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","EncryptionKeyArn":%q},
		{"RecoveryPointArn":"arn:p3","ResourceArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","EncryptionKeyArn":%q}]}`, foreign, gone, vault))
	var mu sync.Mutex
	regions := map[string]string{} // of the signature, by key
	f.handlers["DescribeKey"] = func(w http.ResponseWriter, r *http.Request) {
		var in struct{ KeyId string }
		json.Unmarshal([]byte(peek(r)), &in)
		mu.Lock()
		regions[in.KeyId] = strings.Split(r.Header.Get("Authorization"), "/")[2]
		mu.Unlock()
		switch in.KeyId {
		case foreign:
			failure(400, "AccessDeniedException")(w, r)
		case gone:
			failure(400, "NotFoundException")(w, r)
		default:
			answer(fmt.Sprintf(`{"KeyMetadata":{"Arn":%q,"KeyId":"x","KeyState":"PendingDeletion","Enabled":false,"KeyManager":"CUSTOMER","DeletionDate":1772539200,"Origin":"AWS_KMS","MultiRegion":false}}`, in.KeyId))(w, r)
		}
	}
	f.handlers["GetKeyPolicy"] = answer(`{"Policy":"{\"Statement\":[]}","PolicyName":"default"}`)
	s := collected(t, a, region)

	if want := "kms:DescribeKey KeyId=" + foreign; s.gapIDs() != want {
		t.Errorf("gaps %q, want %q", s.gapIDs(), want)
	}
	if diff := cmp.Diff(map[string]string{table: region, replica: "us-east-1", vault: region, foreign: region, gone: region}, regions); diff != "" {
		t.Errorf("keys that were asked about (-want +got):\n%s", diff)
	}
	var got []string
	for _, row := range s.rows {
		if k := row.KMSKey; k != nil {
			got = append(got, k.Arn)
			if k.KeyState != "PendingDeletion" || k.Enabled || k.DeletionDate == nil || k.Policy == nil || string(k.Policy.Document) != `{"Statement":[]}` {
				t.Errorf("key %+v", k)
			}
		}
	}
	want := []string{table, replica, vault}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if s.call("kms:GetKeyPolicy KeyId="+foreign+" PolicyName=default") != nil {
		t.Error("AWS gives no policy of another account's key; it was asked")
	}
	if c := s.call("kms:DescribeKey KeyId=" + gone); c == nil || c.Error != "NotFoundException" {
		t.Errorf("a key that is gone leaves the call: %+v", c)
	}
}

// What is no JSON is kept as text.
func TestUnreadableKeyPolicyIsSeen(t *testing.T) {
	f, a, _ := newFake(t)
	key := keyARN(region, account, "k")
	f.handlers["ListTables"] = answer(`{"TableNames":["A"]}`)
	f.handlers["DescribeTable"] = answer(fmt.Sprintf(`{"Table":{"TableArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/A","SSEDescription":{"KMSMasterKeyArn":%q}}}`, key))
	f.handlers["DescribeKey"] = answer(fmt.Sprintf(`{"KeyMetadata":{"Arn":%q,"KeyId":"k","KeyState":"Enabled","Enabled":true}}`, key))
	f.handlers["GetKeyPolicy"] = answer(`{"Policy":"{oops"}`)
	for _, row := range collected(t, a, region).rows {
		if k := row.KMSKey; k != nil {
			if diff := cmp.Diff(&snapshot.PolicyDocument{Unreadable: "{oops"}, k.Policy); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			return
		}
	}
	t.Error("no key")
}
