#!/usr/bin/perl -w
use Test::More tests => 2;
sub declared;
sub with_proto($$) { $_[0] <=> $_[1] }
sub Other::Pkg::fully { 1 }
my $anon = sub { my $x = 1; };
our @list = qw(a b c);
my $text = <<"END";
sub in_heredoc { $anon }
END
BEGIN { unshift @INC, 'lib'; }
subtest 'adds' => sub {
    is(1 + 1, 2, 'two');
};
sub broken { my $x = ( ;
}
sub after : lvalue { $x }
format STDOUT =
@<<<
$name
.
