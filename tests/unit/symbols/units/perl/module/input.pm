package Gaz::Index;
use strict;
use warnings;
use parent 'Gaz::Base';

our $VERSION = '1.02';
my %cache = (a => 1, 'b' => 2.5);
use constant LIMIT => 10;
use constant { RED => 0, GREEN => 1 };

=head1 NAME

Gaz::Index - an index

=cut

# Makes one.
sub new {
    my ($class, %args) = @_;
    my $self = { name => $args{name} // 'none', files => [] };
    return bless $self, $class;
}

sub _hidden { return shift->{name}; }

sub find($self, $pattern) {
    foreach my $file (@{ $self->{files} }) {
        next unless $file =~ m/^\w+$pattern/i;
        print "found $file\n" if $self->_hidden eq 'x';
        $file =~ s/a/b/g;
    }
    return wantarray ? @list : undef;
}

package Gaz::Other {
    sub other { 1 }
}

1;
__END__
sub not_code { }
