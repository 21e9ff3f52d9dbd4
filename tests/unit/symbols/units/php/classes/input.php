<?php

declare(strict_types=1);

namespace App\Shape;

/**
 * Something drawn.
 */
#[Entity(table: 'shapes')]
abstract class Shape extends Base implements Drawable, \Countable
{
    use Named, Sized {
        Named::name insteadof Sized;
        size as protected getSize;
    }

    /** The most. */
    public const LIMIT = 10, OTHER = 'x';
    private const string TYPED = 'a';

    /** What draws. */
    protected ?Pen $pen = null;
    public static int $count = 0;
    private array $items = [], $rest;
    var $old;
    public readonly string $title;

    public function __construct(
        private readonly Canvas $canvas,
        protected ?Ink $ink = null,
        int $size = 3,
        string ...$names,
    ) {
        $this->made = new Made($size);
        $this->pen = new Pen();
    }

    // Draws it.
    public function draw(Surface $on): static
    {
        return $this;
    }

    abstract protected function area(): float;

    final public static function make(int|string $kind, &$out = []): self
    {
        return new static($kind);
    }

    private function hidden() {}
    function plain() {}
}

interface Drawable extends Visible
{
    const DEPTH = 1;
    public function draw(Surface $on): static;
}

trait Named
{
    private string $name;
    public function name(): string { return $this->name; }
    abstract function other();
}

enum Suit: string implements HasColor
{
    case Hearts = 'H'; // red
    case Spades = 'S';
    const Wild = self::Spades;

    public function color(): string { return 'red'; }
    public static function from2(): self { return self::Hearts; }
}

final class Child extends Shape {}
readonly class Point {}

/** Adds. */
function add(int $a, int $b = 1): int
{
    return $a + $b;
}

const TOP = 1;
define('LEGACY', 2);
$shape = new Child();
$anonymous = new class(1) extends Base implements Drawable {
    public function draw(Surface $on): static { return $this; }
};
