// Package authz says who may do what on AWS, from policies alone.
//
// In goes a Request: a Principal with all policies that bind it (identity
// policies, permissions boundary, session policy, SCPs by level), an action, a
// Resource with all policies that protect it (its own policy, RCPs by level), and
// the context of the call. Out comes a Decision, and on demand the Explanation of
// it, layer by layer, with the statements that decided.
//
// Nobody but the caller knows which policies bind a principal: nothing here reads
// a snapshot, asks AWS, or knows an organization. Policies are parsed once (Parse,
// or a Library, which keeps one Document for all copies of a policy), and read-only
// from then on.
//
// The semantics are those of the IAM User Guide's evaluation logic
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html),
// of the Organizations User Guide for SCPs and RCPs, and of the guides of AWS
// Backup, DynamoDB and KMS for what those services do beside it (services.go).
//
// What was not read, and what AWS's pages leave open, makes a Decision unsure and
// is named; it never reads as a clear answer.
package authz
