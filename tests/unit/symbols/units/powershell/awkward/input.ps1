function global:Get-Thing($a, $b) { $a + $b }
function one-line { param() }
Describe 'Copy-One' {
    It 'copies' {
        1 | Should -Be 1
    }
}
function Broken { if ($a { }
}
function After { $x = @"
function InHere { }
"@ }
$block = { param($x) $x }
switch ($a) { 'x' { 1 } default { 2 } }
