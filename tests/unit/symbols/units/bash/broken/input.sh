good() {
    echo fine
}

if [ -z "$1" ; then
    bad "$1

after() {
    good
}
