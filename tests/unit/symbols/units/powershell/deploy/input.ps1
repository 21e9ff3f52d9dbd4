<#
.SYNOPSIS
Puts it where it belongs.
#>
param(
    [Parameter(Mandatory = $true)]
    [string]$Target,
    [int]$Retries = 3
)

Import-Module Gaz.Tools
$script:Count = 0
$ErrorActionPreference = 'Stop'

# Copies one file.
function Copy-One {
    [CmdletBinding()]
    param([string]$Path, [switch]$Force)
    begin { $n = 1kb }
    process {
        if ($Path -match '^\d+' -and -not $Force) {
            Write-Host "copying $Path`n to $($Target.Length)" -ForegroundColor Green
        } elseif ($null -eq $Path) { throw "no path" }
        foreach ($i in 1..3) { $n += $i }
        return $n | Where-Object { $_ -gt 0x10 }
    }
}

filter Select-Even { if ($_ % 2 -eq 0) { $_ } }

enum Level { Low = 1; High }

class Server : Base {
    [string]$Name
    hidden [int]$Port = 80
    static [int]$Made

    Server([string]$name) { $this.Name = $name }

    [bool] Ping([int]$times) {
        try { return [Net]::Ping($this.Name) } catch { return $false }
    }
    hidden static [void] Reset() { }
}

workflow Start-All { }
$map = @{ One = 1; 'Two' = @(1, 2) }
