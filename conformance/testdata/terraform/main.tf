# What people write for DynamoDB backups, against the simulator.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {
  type = string
}

variable "revised" { # another value of all that can be changed; without protection, so that destroy can do its work
  type    = bool
  default = false
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "AKIAHOLDFASTDEMO0002"
  secret_key                  = "simulated"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = false
  skip_credentials_validation = false
  max_retries                 = 2

  endpoints {
    backup   = var.endpoint
    dynamodb = var.endpoint
    sts      = var.endpoint
  }
}

resource "aws_dynamodb_table" "orders" {
  name                        = "tf-orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = !var.revised

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.revised ? 20 : 14
  }

  tags = var.revised ? { backup = "tf", stage = "prod" } : { backup = "tf", old = "yes" }
}

resource "aws_backup_vault" "vault" {
  name = "tf-vault"
  tags = { owner = "terraform" }
}

resource "aws_backup_vault_lock_configuration" "governance" {
  backup_vault_name  = aws_backup_vault.vault.name
  min_retention_days = 7
  max_retention_days = var.revised ? 500 : 400
}

resource "aws_backup_vault_policy" "no_deletes" {
  backup_vault_name = aws_backup_vault.vault.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NobodyDeletes"
      Effect    = "Deny"
      Principal = "*"
      Action    = var.revised ? ["backup:DeleteRecoveryPoint"] : ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
      Resource  = "*"
    }]
  })
}

resource "aws_backup_vault_notifications" "failures" {
  backup_vault_name   = aws_backup_vault.vault.name
  sns_topic_arn       = "arn:aws:sns:eu-west-1:222233334444:backup-alarms"
  backup_vault_events = ["BACKUP_JOB_COMPLETED", "COPY_JOB_FAILED"]
}

resource "aws_backup_plan" "daily" {
  name = "tf-daily"

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.vault.name
    schedule          = "cron(0 3 ? * * *)"
    start_window      = 60
    completion_window = 180

    lifecycle {
      cold_storage_after = 31
      delete_after       = var.revised ? 400 : 366
    }
  }

  rule {
    rule_name         = "weekly" # with what AWS fills in
    target_vault_name = aws_backup_vault.vault.name
    schedule          = "cron(0 5 ? * 1 *)"
  }

  tags = { owner = "terraform" }
}

resource "aws_backup_selection" "tagged" {
  name         = "tf-tagged"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::222233334444:role/service-role/AWSBackupDefaultServiceRole"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "tf"
  }
}

resource "aws_backup_selection" "named" {
  name          = "tf-named"
  plan_id       = aws_backup_plan.daily.id
  iam_role_arn  = "arn:aws:iam::222233334444:role/service-role/AWSBackupDefaultServiceRole"
  resources     = [aws_dynamodb_table.orders.arn]
  not_resources = ["arn:aws:dynamodb:eu-west-1:222233334444:table/payments-*"]

  condition {
    string_equals {
      key   = "aws:ResourceTag/backup"
      value = "tf"
    }
  }
}

resource "aws_backup_region_settings" "settings" {
  resource_type_opt_in_preference     = { DynamoDB = !var.revised, EBS = true, EFS = true }
  resource_type_management_preference = { DynamoDB = true, EFS = true }
}

resource "aws_backup_restore_testing_plan" "monthly" {
  name                = "tf_monthly"
  schedule_expression = "cron(0 6 1 * ? *)"

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}

resource "aws_backup_restore_testing_selection" "tables" {
  name                      = "tf_tables"
  restore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name
  protected_resource_type   = "DynamoDB"
  iam_role_arn              = "arn:aws:iam::222233334444:role/service-role/AWSBackupDefaultServiceRole"
  protected_resource_arns   = ["*"]
}
