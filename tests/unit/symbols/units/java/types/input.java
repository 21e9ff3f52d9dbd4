/* The licence. */
package com.example.shapes;

/**
 * A point.
 */
@Deprecated(since = "9")
public final class Point<T extends Number & Comparable<T>> {
    // how many
    private static final int COUNT = 3, LIMIT = COUNT + 1;
    static int made;
    protected T[] values; // all of them
    volatile Map.Entry<String, T> pair = null;

    static {
        made = 0;
        int local = made;
        made = local;
    }

    {
        made++;
    }

    class Inner {
        private class Deepest {}
    }

    static class Builder {}

    interface Visitor<R> {
        int DEPTH = 2;
        R visit(Point<?> point);
        default void leave() {}
        static Visitor<?> none() { return null; }
        private void help() {}
    }
}

enum Operation implements Evaluator {
    PLUS("+") {
        @Override int apply(int a, int b) { return a + b; }
    },
    /** The other way. */
    MINUS("-"),
    NONE;

    private final String sign;

    Operation() { this(""); }
    Operation(String sign) { this.sign = sign; }
    int apply(int a, int b) { return 0; }
}

record Range(int low, @Nullable Integer high, String... names) implements Serializable {
    static final Range EMPTY = new Range(0, 0);

    Range {
        if (low > high) throw new IllegalArgumentException(names[0]);
    }

    int length() { return high - low; }
}

@interface Config {
    String name() default "none";
    Class<? extends Range>[] classes();
}
