# What is needed.
terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }

  backend "s3" {
    bucket = "state"
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

locals {
  name = "gaz-${var.region}" # of everything
  tags = { Owner = "team" }
}

/* The machine
   that indexes. */
resource "aws_instance" "indexer" {
  count         = var.enabled ? 2 : 0
  ami           = data.aws_ami.debian.id
  instance_type = lookup(var.types, "small", null)

  dynamic "ebs_block_device" {
    for_each = [for d in var.disks : d.size if d.size > 10]
    content {
      volume_size = ebs_block_device.value
    }
  }
}

data "aws_ami" "debian" {
  owners = ["136693071363"]
}

output "addresses" {
  value = aws_instance.indexer[*].private_ip
}
