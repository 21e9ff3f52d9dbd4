<?php
namespace One {
    class A {}
    function f() { return new A(); }
}

namespace Two\Deep {
    use One\A;

    class B extends A implements \JsonSerializable
    {
        public function g(namespace\C $c): ?\One\A
        {
            \One\f();
            Sub\h();
            namespace\f();
            \strlen('a');
            return new \One\A(Sub\VALUE, \PHP_EOL, E_ALL);
        }
    }
    interface C {}
}

namespace {
    $b = new Two\Deep\B();
    $b->g();
}
