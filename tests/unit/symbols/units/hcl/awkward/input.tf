region = "eu-west-1" // of a tfvars file
sizes  = [1, 2.5, true]

job "web" {
  group "cache" {
    task "redis" {
      config { image = "redis" }
    }
  }
}

locals {
  script = <<-EOT
    #!/bin/sh
    echo ${local.name} %{ if true }yes%{ endif }
  EOT
}

resource unquoted label {
}

resource "broken" "one" {
  a = [1,
  b = 

output "after" { value = 1 }
