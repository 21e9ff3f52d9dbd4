<?php
namespace App\Tests;

use PHPUnit\Framework\Attributes\Test;
use PHPUnit\Framework\TestCase;

class StackTest extends TestCase
{
    protected function setUp(): void { $this->stack = new Stack(); }

    public function testPush(): void
    {
        $this->assertSame(1, $this->stack->push(1));
    }

    #[Test]
    public function it_pops(): void {}

    private function helper() {}
}

class Plain
{
    public function testable() {}
}
