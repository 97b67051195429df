package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// backup.notify_failures lets a vault tell a topic of jobs that fail. The call
// replaces the whole setting, so events that are there are kept, and a vault that
// tells another topic is left alone. Topics are not made: who is to be told, a
// person has to say.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html
func notifyFailures() Action {
	return Action{
		Name: "backup.notify_failures", Doc: "let a vault tell a topic that is there of jobs that fail",
		Order: OrderGuard, Risk: LowRisk, Undo: UndoWeakens,
		Cost: "none, but for the messages",
		Permissions: []Permission{
			{Action: "backup:GetBackupVaultNotifications", Resource: vaults},
			{Action: "backup:ListTags", Resource: vaults},
			{Action: "backup:PutBackupVaultNotifications", Resource: vaults},
		},
		propose: proposeNotifications,
		do: byHand(deed([]move{step[notifyParameters, *notifyState]{
			operation: "backup:PutBackupVaultNotifications",
			read:      readNotifications, want: wantNotifications, weaker: weakerNotifications, write: writeNotifications, ready: notifyReady,
		}.move()}, nil, textNotifications), backNotifications),
	}
}

// failureEvents are what somebody has to hear of.
var failureEvents = []string{"BACKUP_JOB_EXPIRED", "BACKUP_JOB_FAILED", "COPY_JOB_FAILED"}

type notifyParameters struct {
	BackupVaultName string
	SNSTopicArn     string
}

func (p notifyParameters) target(at Place) string {
	return at.arn("backup", "backup-vault:"+p.BackupVaultName)
}

func (p notifyParameters) check(at Place) error {
	if !vaultName.MatchString(p.BackupVaultName) {
		return fmt.Errorf("%q is no name of a vault", p.BackupVaultName)
	}
	if !strings.HasPrefix(p.SNSTopicArn, at.arn("sns", "")) {
		return fmt.Errorf("the topic %s is not of this account and Region", p.SNSTopicArn)
	}
	return nil
}

// notifyState is the setting; null: nobody is told.
type notifyState struct {
	SNSTopicArn       string
	BackupVaultEvents []string // sorted
}

// proposeNotifications uses the topic that most vaults of the Region tell, else the
// only one there that somebody listens to and that lets AWS Backup publish.
func proposeNotifications(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for arn, ofVault := range byARN(all) {
			i := slices.IndexFunc(r.vaults, func(v *snapshot.BackupVault) bool { return v.BackupVaultArn == arn })
			if i < 0 {
				p.leaveAll(ofVault, "the vault is not in the snapshot", Text{})
				continue
			}
			if gap := r.unread("backup:GetBackupVaultNotifications"); gap != "" {
				p.leaveAll(ofVault, "whom it tells is not known: AWS did not answer "+gap, Text{})
				continue
			}
			now := notifyOf(r.vaults[i])
			topic := r.topicToTell()
			if now != nil {
				topic = now.SNSTopicArn
			}
			if topic == "" {
				p.leaveAll(ofVault, "no topic of the Region lets AWS Backup publish and has somebody who listens: make one, or choose among several", Text{})
				continue
			}
			p.add(notifyFailures(), r.Place, notifyParameters{r.vaults[i].BackupVaultName, topic}, []any{now}, ofVault)
		}
	}
}

func notifyOf(v *snapshot.BackupVault) *notifyState {
	if v.Notifications == nil {
		return nil
	}
	return &notifyState{v.Notifications.SNSTopicArn, slices.Sorted(slices.Values(v.Notifications.BackupVaultEvents))}
}

func (r *region) topicToTell() string {
	uses, best := map[string]int{}, ""
	for _, v := range r.vaults {
		if v.Notifications != nil && v.Notifications.SNSTopicArn != "" {
			uses[v.Notifications.SNSTopicArn]++
		}
	}
	for topic, n := range uses {
		if n > uses[best] || n == uses[best] && topic < best {
			best = topic
		}
	}
	if best != "" {
		return best
	}
	for _, topic := range r.topics {
		if !hears(topic) {
			continue
		}
		if best != "" {
			return "" // which one, a person has to say
		}
		best = topic.TopicArn
	}
	return best
}

// hears says whether a topic has a confirmed subscription and lets AWS Backup
// publish, by the plainest reading of its policy.
func hears(t *snapshot.Topic) bool {
	listens := slices.ContainsFunc(t.Subscriptions, func(s snapshot.Subscription) bool { return strings.HasPrefix(s.SubscriptionArn, "arn:") })
	return listens && t.Policy != nil && strings.Contains(string(t.Policy.Document), "backup.amazonaws.com")
}

func readNotifications(ctx context.Context, t *Target, p notifyParameters) (*notifyState, error) {
	out, err := t.backup.GetBackupVaultNotifications(ctx, &backup.GetBackupVaultNotificationsInput{BackupVaultName: &p.BackupVaultName})
	if hasCode(err, "ResourceNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, asking("backup:GetBackupVaultNotifications", err)
	}
	s := &notifyState{SNSTopicArn: aws.ToString(out.SNSTopicArn)}
	for _, e := range out.BackupVaultEvents {
		s.BackupVaultEvents = append(s.BackupVaultEvents, string(e))
	}
	slices.Sort(s.BackupVaultEvents)
	return s, nil
}

func wantNotifications(p notifyParameters, now *notifyState) (*notifyState, error) {
	after := &notifyState{SNSTopicArn: p.SNSTopicArn, BackupVaultEvents: slices.Clone(failureEvents)}
	if now != nil {
		if now.SNSTopicArn != p.SNSTopicArn {
			return nil, fmt.Errorf("it tells %s, and can tell one topic only", now.SNSTopicArn)
		}
		after.BackupVaultEvents = append(after.BackupVaultEvents, now.BackupVaultEvents...)
	}
	slices.Sort(after.BackupVaultEvents)
	after.BackupVaultEvents = slices.Compact(after.BackupVaultEvents)
	return after, nil
}

func weakerNotifications(before, after *notifyState) (weaker []string) {
	switch {
	case before == nil:
		return nil
	case after == nil:
		return []string{"nobody is told any more"}
	case before.SNSTopicArn != after.SNSTopicArn:
		weaker = append(weaker, "another topic is told")
	}
	for _, e := range before.BackupVaultEvents {
		if !slices.Contains(after.BackupVaultEvents, e) {
			weaker = append(weaker, e+" is not told any more")
		}
	}
	return weaker
}

func notifyReady(ctx context.Context, t *Target, p notifyParameters, _ *notifyState) error {
	return t.notManaged(ctx, p.target(t.Place))
}

func writeNotifications(ctx context.Context, t *Target, p notifyParameters, _, after *notifyState, _ string) (Receipt, error) {
	in := &backup.PutBackupVaultNotificationsInput{BackupVaultName: &p.BackupVaultName, SNSTopicArn: &after.SNSTopicArn}
	for _, e := range after.BackupVaultEvents {
		in.BackupVaultEvents = append(in.BackupVaultEvents, types.BackupVaultEvent(e))
	}
	out, err := t.backupOnce.PutBackupVaultNotifications(ctx, in)
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textNotifications(p notifyParameters, c *Change) Text {
	s, err := decodeLoosely[*notifyState](c.Steps[0].After)
	if err != nil || s == nil {
		return Text{}
	}
	name := label(p.BackupVaultName)
	return Text{
		CLI: command("backup put-backup-vault-notifications", c.Place, "--backup-vault-name", p.BackupVaultName, "--sns-topic-arn", p.SNSTopicArn,
			"--backup-vault-events", strings.Join(s.BackupVaultEvents, ",")),
		Terraform: fmt.Sprintf("resource \"aws_backup_vault_notifications\" %s {\n  backup_vault_name   = %s\n  sns_topic_arn       = %s\n  backup_vault_events = %s\n}\n\n",
			hcl(name), hcl(p.BackupVaultName), hcl(p.SNSTopicArn), hclList(s.BackupVaultEvents)) + imported("aws_backup_vault_notifications."+name, p.BackupVaultName),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupVault\n    Properties:\n      Notifications:\n        SNSTopicArn: %s\n        BackupVaultEvents: [%s]\n",
			logical(p.BackupVaultName), yaml(p.SNSTopicArn), strings.Join(s.BackupVaultEvents, ", ")),
	}
}

func backNotifications(p notifyParameters, u Undoing) string {
	before, err := decodeLoosely[*notifyState](u.Before)
	if err != nil {
		return ""
	}
	if before == nil {
		return command("backup delete-backup-vault-notifications", u.Place, "--backup-vault-name", p.BackupVaultName)
	}
	return command("backup put-backup-vault-notifications", u.Place, "--backup-vault-name", p.BackupVaultName, "--sns-topic-arn", before.SNSTopicArn,
		"--backup-vault-events", strings.Join(before.BackupVaultEvents, ","))
}
