// Package authz says who may do what on AWS, from policies alone.
//
// In goes a Request: a Principal with all policies that bind it (identity
// policies, permissions boundary, session policy, SCPs by level), an action, a
// Resource with all policies that protect it (its own policy, RCPs by level), and
// the context of the call. Out comes a Decision, and on demand the Explanation of
// it, layer by layer, with the statements that decided.
//
// Or in goes a Question, in which the resource, its Region and the context are
// open: can this principal delete any recovery point at all? Out comes an Answer:
// never, always, when (with cubes of constraints, each of which is enough, and a
// witness: a request that Decide allows), or unknown, with what would have to be known.
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
// What was not read, and what AWS's pages leave open, makes a Decision unsure and an
// Answer unknown, and is named; it never reads as a clear answer.
//
// How a question is answered: Ask splits it by caller and Region (ask.go, sessions.go,
// regions.go); a problem is what is left of the policies once all that is known is
// put in (problem.go), a formula what the layers make of it (formula.go). The search
// (search.go) chooses for each deny an element that does not match and for each
// layer a statement that allows, and asks a theory for each key whether some value
// goes with all that was chosen (theory.go; language.go for texts and ARNs,
// candidates.go for the rest).
package authz
