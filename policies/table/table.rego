# METADATA
# scope: subpackages
# title: DynamoDB tables
# description: >-
#   Rules below judge one DynamoDB table. Input is its facts: what AWS says of it and of the plans that reach it.
# schemas:
#   - input: schema.table
package holdfast.table
