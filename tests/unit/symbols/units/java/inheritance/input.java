package zoo;

interface Animal<F> extends Named, Comparable<Animal<F>>, java.io.Serializable {}

sealed class Cat<F> extends Base<F> implements Animal<F>, Outer.Inner permits Lion, Tiger {}

final class Lion extends zoo.big.Cat<Meat> {}

class Keeper extends outer.Person {
    Object work() {
        return new Comparator<Cat>() {
            @Override
            public int compare(Cat a, Cat b) { return a.size - b.size; }
        };
    }
    Runnable idle = new Idle(this) {};
}
