<?php
$top = 1;
$config['key'] = 2;

function closed($a, &$b, ...$c)
{
    global $top, $other;
    static $calls = 0;
    $calls++;
    $local = $a + $b + $top + $calls;
    foreach ($c as $key => $value) {
        $sum = $key + $value;
    }
    foreach ($c as $item) { $item; }
    foreach ($c as &$ref) { $ref; }
    [$x, [$y, 'k' => $z]] = $a;
    list($p) = $a;
    for ($i = 0; $i < 3; $i++) { $i; }
    $closure = function ($d) use ($local, &$sum) {
        return $d + $local + $sum + $a;
    };
    $arrow = fn($e) => $e + $local;
    $made = new Thing();
    $made->go();
    $made = other();
    $made->go();
    return $closure($x, $y, $z, $p) + $missing;
}

echo $top, $a;

class Holder
{
    public function use(Pen $pen, $plain)
    {
        $pen->draw();
        $plain->draw();
        $this->pen = $pen;
        $self = $this;
        $self->use($top);
    }
}
