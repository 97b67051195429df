# METADATA
# scope: subpackages
# title: Accounts
# description: >-
#   Rules below judge one account as a whole.
# schemas:
#   - input: schema.account
package holdfast.account
